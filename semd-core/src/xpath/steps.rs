//! Paths, steps, primary expressions and node tests (XPath 3.1, sections 3.1 to 3.3).

use super::analysis;
use super::ast::{Axis, AxisStep, Expr, NodeTest, Predicate, Start, Step};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::functions::Function;
use super::lexer::Token;
use super::parser::Parser;
use super::regex::Pattern;
use super::value::Atomic;
use crate::xml::{HL7_V3, name_bit};

/// Steps of one path, each of which deepens the evaluation.
const MAX_STEPS: usize = 64;
/// Node tests the tree has no nodes for, or that need a schema.
const UNSUPPORTED_TESTS: [&str; 9] = [
    "comment",
    "processing-instruction",
    "element",
    "attribute",
    "document-node",
    "schema-element",
    "schema-attribute",
    "namespace-node",
    "item",
];

impl Parser<'_, '_> {
    pub(super) fn path(&mut self) -> Result<Expr, SyntaxError> {
        let mut steps = Vec::new();
        let start = if self.take_symbol("//") {
            steps.push(any_descendant());
            self.step(&mut steps)?;
            Start::Root
        } else if self.take_symbol("/") {
            if self.starts_step() {
                self.step(&mut steps)?;
            }
            Start::Root
        } else {
            match self.primary()? {
                Some(primary) if self.is_symbol("/") || self.is_symbol("//") => match primary {
                    Expr::ContextItem => Start::Context,
                    other => Start::Expr(other),
                },
                Some(primary) => return Ok(primary),
                None => {
                    steps.push(self.axis_step()?);
                    Start::Context
                }
            }
        };
        loop {
            if self.take_symbol("//") {
                steps.push(any_descendant());
            } else if !self.take_symbol("/") {
                break;
            }
            self.step(&mut steps)?;
            if steps.len() > MAX_STEPS {
                return Err(SyntaxError::too_complex(self.offset()));
            }
        }
        Ok(Expr::Path(Box::new(analysis::path(start, steps))))
    }

    fn step(&mut self, steps: &mut Vec<Step>) -> Result<(), SyntaxError> {
        let step = match self.primary()? {
            Some(Expr::ContextItem) => Step::Axis(AxisStep::new(Axis::SelfNode, NodeTest::Node, Vec::new())),
            Some(primary) => Step::Expr(primary),
            None => self.axis_step()?,
        };
        steps.push(step);
        Ok(())
    }

    fn starts_step(&self) -> bool {
        match self.peek() {
            Token::Name { .. }
            | Token::Text(_)
            | Token::Integer(_)
            | Token::Decimal(_)
            | Token::Double(_) => true,
            Token::Symbol(symbol) => ["@", ".", "..", "*", "(", "[", "$"].contains(symbol),
            Token::End => false,
        }
    }

    /// A primary expression with its predicates; `None` where an axis step stands.
    fn primary(&mut self) -> Result<Option<Expr>, SyntaxError> {
        let expr = match self.peek() {
            Token::Integer(value) => self.literal(Atomic::Integer(*value)),
            Token::Decimal(value) => self.literal(Atomic::Decimal(*value)),
            Token::Double(value) => self.literal(Atomic::Double(*value)),
            Token::Text(text) => {
                let text = text.clone().into_owned();
                self.literal(Atomic::String(text.into()))
            }
            Token::Symbol(".") => {
                self.advance();
                Expr::ContextItem
            }
            Token::Symbol("$") => self.variable()?,
            Token::Symbol("(") => {
                self.advance();
                if self.take_symbol(")") {
                    Expr::Sequence(Vec::new())
                } else {
                    let inner = self.expr()?;
                    self.expect_symbol(")")?;
                    inner
                }
            }
            Token::Symbol("[") => {
                self.advance();
                let mut members = Vec::new();
                if !self.take_symbol("]") {
                    members.push(self.expr_single()?);
                    while self.take_symbol(",") {
                        members.push(self.expr_single()?);
                    }
                    self.expect_symbol("]")?;
                }
                Expr::Array(members)
            }
            Token::Name { prefix, local } => {
                let (prefix, local) = (*prefix, *local);
                let calls = matches!(self.peek_second(), Some(Token::Symbol("(")));
                let is_test = prefix.is_empty()
                    && (matches!(local, "text" | "node") || UNSUPPORTED_TESTS.contains(&local));
                if !calls || is_test {
                    return Ok(None);
                }
                self.call(prefix, local)?
            }
            _ => return Ok(None),
        };
        let predicates = self.predicates()?;
        if self.is_symbol("(") || self.is_symbol("?") {
            return Err(SyntaxError::unsupported(self.offset(), self.peek().show()));
        }
        Ok(Some(if predicates.is_empty() { expr } else { Expr::Filter(Box::new(expr), predicates) }))
    }

    fn literal(&mut self, value: Atomic<'static>) -> Expr {
        self.advance();
        Expr::Literal(value)
    }

    fn variable(&mut self) -> Result<Expr, SyntaxError> {
        self.advance();
        let offset = self.offset();
        let Token::Name { prefix, local } = *self.peek() else {
            return Err(self.unexpected());
        };
        self.advance();
        let shown = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
        if let Some(slot) = self.locals.iter().rposition(|known| *known == shown) {
            return Ok(Expr::Local(slot));
        }
        match self.lets.iter().rev().find(|known| known.name == shown) {
            Some(known) => {
                self.context.deepest_let = self.context.deepest_let.max(known.nesting);
                Ok(Expr::Let(known.index))
            }
            None => Err(SyntaxError::new(offset, SyntaxErrorKind::UnknownVariable(shown))),
        }
    }

    fn call(&mut self, prefix: &str, local: &str) -> Result<Expr, SyntaxError> {
        let offset = self.offset();
        self.advance();
        self.advance();
        let mut arguments = Vec::new();
        if !self.take_symbol(")") {
            arguments.push(self.expr_single()?);
            while self.take_symbol(",") {
                arguments.push(self.expr_single()?);
            }
            self.expect_symbol(")")?;
        }
        let function = match prefix {
            "" | "fn" => Function::find(local, arguments.len()),
            _ => None,
        };
        let Some(function) = function else {
            let shown = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
            return Err(SyntaxError::new(offset, SyntaxErrorKind::UnknownFunction(shown, arguments.len())));
        };
        match (function, &arguments[..]) {
            (
                Function::Matches,
                [_, Expr::Literal(Atomic::String(regex))]
                | [_, Expr::Literal(Atomic::String(regex)), Expr::Literal(Atomic::String(_))],
            ) => {
                let flags = match arguments.get(2) {
                    Some(Expr::Literal(Atomic::String(flags))) => flags,
                    _ => "",
                };
                let pattern = self.constant_pattern(regex, flags, offset)?;
                arguments.truncate(1);
                let subject = arguments.swap_remove(0);
                Ok(Expr::MatchesConstant(Box::new(subject), pattern))
            }
            (Function::Replace, [_, _, Expr::Literal(Atomic::String(by))]) if !by.contains(['$', '\\']) => {
                Ok(Expr::Call(function, arguments))
            }
            (Function::Replace, _) => {
                Err(SyntaxError::unsupported(offset, "replace() with computed replacement or groups"))
            }
            _ => Ok(Expr::Call(function, arguments)),
        }
    }

    fn constant_pattern(&mut self, regex: &str, flags: &str, offset: usize) -> Result<u32, SyntaxError> {
        let key = format!("{flags}/{regex}");
        if let Some(&known) = self.context.pattern_numbers.get(&key) {
            return Ok(known);
        }
        let bad = |_| SyntaxError::new(offset, SyntaxErrorKind::BadRegex(regex.to_owned()));
        let number = self.context.patterns.len() as u32;
        self.context.patterns.push(Pattern::constant(regex, flags).map_err(bad)?);
        self.context.pattern_numbers.insert(key, number);
        Ok(number)
    }

    fn predicates(&mut self) -> Result<Vec<Predicate>, SyntaxError> {
        let mut predicates = Vec::new();
        while self.take_symbol("[") {
            let expr = self.expr()?;
            self.expect_symbol("]")?;
            predicates.push(analysis::predicate(expr));
        }
        Ok(predicates)
    }

    fn axis_step(&mut self) -> Result<Step, SyntaxError> {
        if self.take_symbol("..") {
            let predicates = self.predicates()?;
            return Ok(Step::Axis(AxisStep::new(Axis::Parent, NodeTest::Node, predicates)));
        }
        let mut axis = Axis::Child;
        if self.take_symbol("@") {
            axis = Axis::Attribute;
        } else if let (Some(name), Some(Token::Symbol("::"))) = (self.keyword(), self.peek_second()) {
            axis = match name {
                "child" => Axis::Child,
                "attribute" => Axis::Attribute,
                "descendant" => Axis::Descendant,
                "descendant-or-self" => Axis::DescendantOrSelf,
                "self" => Axis::SelfNode,
                "parent" => Axis::Parent,
                "ancestor" => Axis::Ancestor,
                "ancestor-or-self" => Axis::AncestorOrSelf,
                "following-sibling" => Axis::FollowingSibling,
                "preceding-sibling" => Axis::PrecedingSibling,
                _ => return Err(SyntaxError::unsupported(self.offset(), format!("{name}::"))),
            };
            self.advance();
            self.advance();
        }
        let test = self.node_test(axis)?;
        let predicates = self.predicates()?;
        Ok(Step::Axis(AxisStep::new(axis, test, predicates)))
    }

    fn node_test(&mut self, axis: Axis) -> Result<NodeTest, SyntaxError> {
        let offset = self.offset();
        let test = match *self.peek() {
            Token::Symbol("*") => NodeTest::Wildcard,
            Token::Name { prefix: "*", local } => NodeTest::Local(local.into()),
            Token::Name { prefix: "", local } if matches!(self.peek_second(), Some(Token::Symbol("("))) => {
                let test = match local {
                    "text" => NodeTest::Text,
                    "node" => NodeTest::Node,
                    _ => return Err(SyntaxError::unsupported(offset, format!("{local}()"))),
                };
                self.advance();
                self.advance();
                self.expect_symbol(")")?;
                return Ok(test);
            }
            Token::Name { prefix, local } => self.name_test(axis, prefix, local)?,
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(test)
    }

    fn name_test(&mut self, axis: Axis, prefix: &str, local: &str) -> Result<NodeTest, SyntaxError> {
        let namespace = if prefix.is_empty() { "".to_owned() } else { self.namespace(prefix)? };
        if local == "*" {
            return Ok(NodeTest::Namespace(namespace.into()));
        }
        let names = &mut self.context.names;
        if axis == Axis::Attribute {
            return Ok(NodeTest::Name { symbol: names.attribute(&namespace, local), bit: name_bit(local) });
        }
        let symbol = names.element(&namespace, local);
        Ok(if namespace == HL7_V3 {
            NodeTest::PrefixedV3 { symbol }
        } else {
            NodeTest::Name { symbol, bit: name_bit(local) }
        })
    }

    fn namespace(&self, prefix: &str) -> Result<String, SyntaxError> {
        let declared = self.context.namespaces.iter().find(|(known, _)| known == prefix);
        match declared {
            Some((_, namespace)) => Ok(namespace.clone()),
            None if prefix == "xml" => Ok(crate::xml::XML.to_owned()),
            None => Err(SyntaxError::new(self.offset(), SyntaxErrorKind::UnknownPrefix(prefix.to_owned()))),
        }
    }
}

/// `//` stands for `/descendant-or-self::node()/`.
fn any_descendant() -> Step {
    Step::Axis(AxisStep::new(Axis::DescendantOrSelf, NodeTest::Node, Vec::new()))
}
