//! Recursive descent over the tokens (XPath 3.1, appendix A.1), with an explicit budget of depth.

use std::collections::HashMap;

use super::analysis;
use super::ast::{Comparison, Expr, Operator};
use super::error::SyntaxError;
use super::functions::Function;
use super::lexer::{Token, tokenize};
use super::names::Names;
use super::regex::Pattern;

/// Nesting of parentheses, brackets and conditionals; official expressions stay below 10.
const MAX_DEPTH: usize = 48;
/// Left-associative operators of one expression, each of which deepens the tree.
const MAX_CHAINED: usize = 64;

/// What the expressions of one plan have in common.
#[derive(Debug, Default)]
pub(crate) struct StaticContext {
    pub(crate) names: Names,
    /// Prefix and namespace name.
    pub(crate) namespaces: Vec<(String, String)>,
    /// Constant regular expressions, compiled once.
    pub(crate) patterns: Vec<Pattern>,
    /// Their numbers by flags and text.
    pub(crate) pattern_numbers: HashMap<String, u32>,
    /// Deepest [`VisibleLet::nesting`] that the last expression uses.
    pub(crate) deepest_let: usize,
}

/// A `sch:let` in scope. Later ones hide earlier ones.
#[derive(Debug)]
pub(crate) struct VisibleLet {
    pub(crate) name: String,
    /// Number in the plan.
    pub(crate) index: usize,
    /// 1, or one more than the deepest declaration its value uses.
    pub(crate) nesting: usize,
}

/// Parses an expression.
pub(crate) fn parse(
    text: &str,
    context: &mut StaticContext,
    lets: &[VisibleLet],
) -> Result<Expr, SyntaxError> {
    context.deepest_let = 0;
    let mut parser =
        Parser { tokens: tokenize(text)?, at: 0, depth: 0, chained: 0, locals: Vec::new(), lets, context };
    let expr = parser.expr()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected()),
    }
}

pub(super) struct Parser<'t, 'c> {
    tokens: Vec<(Token<'t>, usize)>,
    at: usize,
    depth: usize,
    chained: usize,
    pub(super) locals: Vec<&'t str>,
    pub(super) lets: &'c [VisibleLet],
    pub(super) context: &'c mut StaticContext,
}

/// Operators and keywords of XPath 3.1 that may follow an operand but are not evaluated here.
const UNSUPPORTED_AFTER: [&str; 7] = ["intersect", "except", "instance", "treat", "castable", "cast", "is"];
const UNSUPPORTED_SYMBOLS: [&str; 5] = ["!", "=>", "<<", ">>", "?"];

impl<'t> Parser<'t, '_> {
    pub(super) fn peek(&self) -> &Token<'t> {
        &self.tokens[self.at].0
    }

    pub(super) fn peek_second(&self) -> Option<&Token<'t>> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    pub(super) fn offset(&self) -> usize {
        self.tokens[self.at].1
    }

    pub(super) fn advance(&mut self) {
        // The end token stays.
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), SyntaxError> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn keyword(&self) -> Option<&'t str> {
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

    pub(super) fn unexpected(&self) -> SyntaxError {
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

    pub(super) fn expr(&mut self) -> Result<Expr, SyntaxError> {
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

    pub(super) fn expr_single(&mut self) -> Result<Expr, SyntaxError> {
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
            body = Expr::Quantified { every, slot: self.locals.len(), parts: Box::new((source, body)) };
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
                Token::Name { prefix: "", local: "div" } => Operator::Divide,
                Token::Name { prefix: "", local: "idiv" } => Operator::IntegerDivide,
                Token::Name { prefix: "", local: "mod" } => Operator::Modulo,
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
        if !self.is_symbol("|") && self.keyword() != Some("union") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take_symbol("|") || self.take_keyword("union") {
            parts.push(self.unary()?);
        }
        Ok(Expr::Union(parts))
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
}

#[cfg(test)]
mod tests {
    use super::super::error::SyntaxErrorKind;
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
            assert_eq!(try_parse(text), Err(SyntaxError::unsupported(offset, construct)), "{text}");
        }
        assert_eq!(
            try_parse("a[doc('x')]").map_err(|error| error.kind),
            Err(SyntaxErrorKind::UnknownFunction("doc".into(), 1))
        );
    }

    #[test]
    fn broken_expressions_are_refused() {
        for text in
            ["", "a[", "a]", "count(", "@", "a b", "a//", "if (a) then b", "$x", "p:a", "1 = = 2", "a,", "'a"]
        {
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
