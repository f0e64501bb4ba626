//! Recursive descent over the tokens (XPath 3.1, appendix A.1), with an explicit budget of depth.

use std::sync::Arc;

use std::collections::HashMap;

use super::analysis;
use super::ast::{Axis, AxisStep, Comparison, Expr, NodeTest, Operator, Predicate, Start, Step};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::functions::Function;
use super::lexer::{Token, tokenize};
use super::names::Names;
use super::regex::Pattern;
use super::value::Atomic;
use crate::xml::{HL7_V3, name_bit};

/// Nesting of parentheses, brackets and conditionals; official expressions stay below 10.
const MAX_DEPTH: usize = 48;
/// Left-associative operators of one expression, each of which deepens the tree.
const MAX_CHAINED: usize = 128;
/// Steps of one path, each of which deepens the evaluation.
const MAX_STEPS: usize = 64;

/// What the expressions of one plan have in common.
#[derive(Debug, Default)]
pub(crate) struct StaticContext {
    pub(crate) names: Names,
    /// Prefix and namespace name.
    pub(crate) namespaces: Vec<(String, String)>,
    /// Constant regular expressions, compiled once.
    pub(crate) patterns: HashMap<String, Arc<Pattern>>,
}

/// A `sch:let` in scope: its name and number. Later ones hide earlier ones.
pub(crate) type VisibleLet = (String, usize);

/// Parses an expression.
pub(crate) fn parse(
    text: &str,
    context: &mut StaticContext,
    lets: &[VisibleLet],
) -> Result<Expr, SyntaxError> {
    let mut parser = Parser {
        tokens: tokenize(text)?,
        at: 0,
        depth: 0,
        chained: 0,
        locals: Vec::new(),
        lets,
        context,
    };
    let expr = parser.expr()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'t, 'c> {
    tokens: Vec<(Token<'t>, usize)>,
    at: usize,
    depth: usize,
    chained: usize,
    locals: Vec<&'t str>,
    lets: &'c [VisibleLet],
    context: &'c mut StaticContext,
}

/// Operators and keywords of XPath 3.1 that may follow an operand but are not evaluated here.
const UNSUPPORTED_AFTER: [&str; 7] = [
    "intersect",
    "except",
    "instance",
    "treat",
    "castable",
    "cast",
    "is",
];
const UNSUPPORTED_SYMBOLS: [&str; 5] = ["!", "=>", "<<", ">>", "?"];
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

impl<'t> Parser<'t, '_> {
    fn peek(&self) -> &Token<'t> {
        &self.tokens[self.at].0
    }

    fn peek_second(&self) -> Option<&Token<'t>> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    fn offset(&self) -> usize {
        self.tokens[self.at].1
    }

    fn advance(&mut self) {
        // The end token stays.
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take_symbol(symbol) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn keyword(&self) -> Option<&'t str> {
        match self.peek() {
            Token::Name { prefix: "", local } => Some(local),
            _ => None,
        }
    }

    fn take_keyword(&mut self, word: &str) -> bool {
        let found = self.keyword() == Some(word);
        if found {
            self.advance();
        }
        found
    }

    fn unexpected(&self) -> SyntaxError {
        let token = self.peek();
        let unsupported = match token {
            Token::Name { prefix: "", local } => UNSUPPORTED_AFTER.contains(local),
            Token::Symbol(symbol) => UNSUPPORTED_SYMBOLS.contains(symbol),
            _ => false,
        };
        if unsupported {
            SyntaxError::unsupported(self.offset(), token.show())
        } else {
            SyntaxError::unexpected(self.offset(), token.show())
        }
    }

    fn chain(&mut self) -> Result<(), SyntaxError> {
        self.chained += 1;
        if self.chained > MAX_CHAINED {
            return Err(SyntaxError::too_complex(self.offset()));
        }
        Ok(())
    }

    fn expr(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.expr_single()?;
        if !self.is_symbol(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take_symbol(",") {
            items.push(self.expr_single()?);
        }
        Ok(Expr::Sequence(items))
    }

    fn expr_single(&mut self) -> Result<Expr, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError::too_complex(self.offset()));
        }
        let opens = matches!(self.peek_second(), Some(Token::Symbol("(")));
        let binds = matches!(self.peek_second(), Some(Token::Symbol("$")));
        let expr = match self.keyword() {
            Some("if") if opens => self.conditional(),
            Some(word @ ("some" | "every")) if binds => self.quantified(word == "every"),
            Some(word @ ("for" | "let")) if binds => Err(SyntaxError::unsupported(self.offset(), word)),
            _ => self.or(),
        }?;
        self.depth -= 1;
        Ok(expr)
    }

    fn conditional(&mut self) -> Result<Expr, SyntaxError> {
        self.advance();
        self.expect_symbol("(")?;
        let condition = self.expr()?;
        self.expect_symbol(")")?;
        if !self.take_keyword("then") {
            return Err(self.unexpected());
        }
        let then = self.expr_single()?;
        if !self.take_keyword("else") {
            return Err(self.unexpected());
        }
        let otherwise = self.expr_single()?;
        Ok(Expr::If(Box::new((condition, then, otherwise))))
    }

    fn quantified(&mut self, every: bool) -> Result<Expr, SyntaxError> {
        self.advance();
        let before = self.locals.len();
        let mut sources = Vec::new();
        loop {
            self.expect_symbol("$")?;
            let Some(name) = self.keyword() else {
                return Err(self.unexpected());
            };
            self.advance();
            if !self.take_keyword("in") {
                return Err(self.unexpected());
            }
            self.chain()?;
            sources.push(self.expr_single()?);
            self.locals.push(name);
            if !self.take_symbol(",") {
                break;
            }
        }
        if !self.take_keyword("satisfies") {
            return Err(self.unexpected());
        }
        let mut body = self.expr_single()?;
        for source in sources.into_iter().rev() {
            self.locals.pop();
            body = Expr::Quantified {
                every,
                slot: self.locals.len(),
                parts: Box::new((source, body)),
            };
        }
        debug_assert_eq!(self.locals.len(), before);
        Ok(body)
    }

    fn or(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.and()?;
        if self.keyword() != Some("or") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_keyword("or") {
            parts.push(self.and()?);
        }
        Ok(Expr::Or(parts))
    }

    fn and(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.comparison()?;
        if self.keyword() != Some("and") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_keyword("and") {
            parts.push(self.comparison()?);
        }
        Ok(Expr::And(parts))
    }

    fn comparison(&mut self) -> Result<Expr, SyntaxError> {
        let left = self.concatenation()?;
        let general = match self.peek() {
            Token::Symbol(symbol) => Comparison::general(symbol),
            _ => None,
        };
        let value = self.keyword().and_then(Comparison::value);
        if let Some(comparison) = general {
            self.advance();
            let right = self.concatenation()?;
            Ok(analysis::general_comparison(comparison, left, right))
        } else if let Some(comparison) = value {
            self.advance();
            let right = self.concatenation()?;
            Ok(Expr::Value(comparison, Box::new((left, right))))
        } else {
            Ok(left)
        }
    }

    fn concatenation(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.range()?;
        if !self.is_symbol("||") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_symbol("||") {
            parts.push(self.range()?);
        }
        Ok(Expr::Call(Function::Concat, parts))
    }

    fn range(&mut self) -> Result<Expr, SyntaxError> {
        let left = self.additive()?;
        if !self.take_keyword("to") {
            return Ok(left);
        }
        let right = self.additive()?;
        Ok(Expr::Range(Box::new((left, right))))
    }

    fn additive(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.multiplicative()?;
        loop {
            let operator = match self.peek() {
                Token::Symbol("+") => Operator::Add,
                Token::Symbol("-") => Operator::Subtract,
                _ => return Ok(left),
            };
            self.advance();
            self.chain()?;
            let right = self.multiplicative()?;
            left = Expr::Arithmetic(operator, Box::new((left, right)));
        }
    }

    fn multiplicative(&mut self) -> Result<Expr, SyntaxError> {
        let mut left = self.union()?;
        loop {
            let operator = match self.peek() {
                Token::Symbol("*") => Operator::Multiply,
                Token::Name {
                    prefix: "",
                    local: "div",
                } => Operator::Divide,
                Token::Name {
                    prefix: "",
                    local: "idiv",
                } => Operator::IntegerDivide,
                Token::Name {
                    prefix: "",
                    local: "mod",
                } => Operator::Modulo,
                _ => return Ok(left),
            };
            self.advance();
            self.chain()?;
            let right = self.union()?;
            left = Expr::Arithmetic(operator, Box::new((left, right)));
        }
    }

    fn union(&mut self) -> Result<Expr, SyntaxError> {
        let first = self.unary()?;
        let mut parts = vec![first];
        while self.take_symbol("|") || self.take_keyword("union") {
            parts.push(self.unary()?);
        }
        Ok(if parts.len() == 1 {
            parts.swap_remove(0)
        } else {
            Expr::Union(parts)
        })
    }

    fn unary(&mut self) -> Result<Expr, SyntaxError> {
        let (mut signed, mut negative) = (false, false);
        loop {
            if self.take_symbol("-") {
                negative = !negative;
            } else if !self.take_symbol("+") {
                break;
            }
            signed = true;
        }
        let operand = self.path()?;
        Ok(match (signed, negative) {
            (true, true) => Expr::Negate(Box::new(operand)),
            (true, false) => Expr::Negate(Box::new(Expr::Negate(Box::new(operand)))),
            _ => operand,
        })
    }

    fn path(&mut self) -> Result<Expr, SyntaxError> {
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
            Some(Expr::ContextItem) => Step::Axis(AxisStep {
                axis: Axis::SelfNode,
                test: NodeTest::Node,
                predicates: Vec::new(),
            }),
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
                let text = text.clone();
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
        Ok(Some(if predicates.is_empty() {
            expr
        } else {
            Expr::Filter(Box::new(expr), predicates)
        }))
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
        let shown = if prefix.is_empty() {
            local.to_owned()
        } else {
            format!("{prefix}:{local}")
        };
        if let Some(slot) = self.locals.iter().rposition(|known| *known == shown) {
            return Ok(Expr::Local(slot));
        }
        let found = self.lets.iter().rev().find(|(known, _)| *known == shown);
        match found {
            Some((_, index)) => Ok(Expr::Let(*index)),
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
            let shown = if prefix.is_empty() {
                local.to_owned()
            } else {
                format!("{prefix}:{local}")
            };
            return Err(SyntaxError::new(
                offset,
                SyntaxErrorKind::UnknownFunction(shown, arguments.len()),
            ));
        };
        match (function, &arguments[..]) {
            (Function::Matches, [_, Expr::Literal(Atomic::String(regex))]) => {
                let pattern = self.constant_pattern(regex, offset)?;
                arguments.truncate(1);
                let subject = arguments.swap_remove(0);
                Ok(Expr::MatchesConstant(Box::new(subject), pattern))
            }
            (Function::Replace, [_, _, Expr::Literal(Atomic::String(by))]) if !by.contains(['$', '\\']) => {
                Ok(Expr::Call(function, arguments))
            }
            (Function::Replace, _) => Err(SyntaxError::unsupported(
                offset,
                "replace() with computed replacement or groups",
            )),
            _ => Ok(Expr::Call(function, arguments)),
        }
    }

    fn constant_pattern(&mut self, regex: &str, offset: usize) -> Result<Arc<Pattern>, SyntaxError> {
        if let Some(known) = self.context.patterns.get(regex) {
            return Ok(Arc::clone(known));
        }
        let bad = |_| SyntaxError::new(offset, SyntaxErrorKind::BadRegex(regex.to_owned()));
        let compiled = Arc::new(Pattern::new(regex, "").map_err(bad)?);
        self.context
            .patterns
            .insert(regex.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
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
            return Ok(Step::Axis(AxisStep {
                axis: Axis::Parent,
                test: NodeTest::Node,
                predicates,
            }));
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
        Ok(Step::Axis(AxisStep {
            axis,
            test,
            predicates,
        }))
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
        let namespace = if prefix.is_empty() {
            "".to_owned()
        } else {
            self.namespace(prefix)?
        };
        if local == "*" {
            return Ok(NodeTest::Namespace(namespace.into()));
        }
        let names = &mut self.context.names;
        if axis == Axis::Attribute {
            return Ok(NodeTest::Name {
                symbol: names.attribute(&namespace, local),
                bit: name_bit(local),
            });
        }
        let symbol = names.element(&namespace, local);
        Ok(if namespace == HL7_V3 {
            NodeTest::PrefixedV3 { symbol }
        } else {
            NodeTest::Name {
                symbol,
                bit: name_bit(local),
            }
        })
    }

    fn namespace(&self, prefix: &str) -> Result<String, SyntaxError> {
        let declared = self.context.namespaces.iter().find(|(known, _)| known == prefix);
        match declared {
            Some((_, namespace)) => Ok(namespace.clone()),
            None if prefix == "xml" => Ok(crate::xml::XML.to_owned()),
            None => Err(SyntaxError::new(
                self.offset(),
                SyntaxErrorKind::UnknownPrefix(prefix.to_owned()),
            )),
        }
    }
}

/// `//` stands for `/descendant-or-self::node()/`.
fn any_descendant() -> Step {
    Step::Axis(AxisStep {
        axis: Axis::DescendantOrSelf,
        test: NodeTest::Node,
        predicates: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_parse(text: &str) -> Result<Expr, SyntaxError> {
        parse(text, &mut StaticContext::default(), &[])
    }

    #[test]
    fn unsupported_constructs_are_named_with_their_place() {
        for (text, offset, construct) in [
            ("not(for $x in b return $x)", 4, "for"),
            ("a intersect b", 2, "intersect"),
            ("a ! b", 2, "!"),
            ("following::a", 0, "following::"),
            ("a/comment()", 2, "comment()"),
            ("a cast as b", 2, "cast"),
        ] {
            assert_eq!(
                try_parse(text),
                Err(SyntaxError::unsupported(offset, construct)),
                "{text}"
            );
        }
        assert_eq!(
            try_parse("a[doc('x')]").map_err(|error| error.kind),
            Err(SyntaxErrorKind::UnknownFunction("doc".into(), 1))
        );
    }

    #[test]
    fn broken_expressions_are_refused() {
        for text in [
            "",
            "a[",
            "a]",
            "count(",
            "@",
            "a b",
            "a//",
            "if (a) then b",
            "$x",
            "p:a",
            "1 = = 2",
            "a,",
            "'a",
        ] {
            assert!(try_parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hostile_nesting_is_refused_without_recursing() {
        for text in [
            "(".repeat(50_000),
            "a[".repeat(20_000),
            "1+".repeat(20_000),
            "not(".repeat(10_000),
            "a/".repeat(20_000),
        ] {
            let error = try_parse(&text).unwrap_err();
            assert_eq!(error.kind, SyntaxErrorKind::TooComplex, "{}", &text[..4]);
        }
        assert!(try_parse(&format!("{}1", "-".repeat(60_000))).is_ok());
    }
}
