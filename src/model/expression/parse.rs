//! Text to trees.

use super::{Expression, ExpressionError, ExpressionNode, Leaf, LeafKind, Operator};
use crate::model::decimal::parse_exact;
use crate::model::scope::Scope;

const OPERAND: &str = "a metric, a number, a function, a sign or an opening bracket";
const METRIC: &str = "a metric, lower-case terms joined by dots,";

pub(super) fn parse(text: &str) -> Result<Expression, ExpressionError> {
    bounded(text.len())?;
    let mut parser = Parser { text, at: 0 };
    let tree = parser.chain(1, 1)?;
    parser.skip_blanks();
    if parser.peek().is_some() {
        return Err(parser.expected("an operator or the end"));
    }
    let expression = Expression(tree.node);
    // Blanks and brackets may differ: what is printed must read back, too.
    bounded(expression.to_string().len())?;
    Ok(expression)
}

fn bounded(length: usize) -> Result<(), ExpressionError> {
    if length <= Expression::TEXT_LIMIT {
        Ok(())
    } else {
        Err(ExpressionError::TooLong { length })
    }
}

/// A tree and how many levels it has.
struct Tree {
    node: ExpressionNode,
    height: usize,
}

impl Tree {
    fn single(node: ExpressionNode) -> Self {
        Self { node, height: 1 }
    }
}

struct Parser<'t> {
    text: &'t str,
    /// The byte that is read next, at the beginning of a character.
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        let blanks = self.rest().bytes().take_while(u8::is_ascii_whitespace);
        self.at += blanks.count();
    }

    fn expected(&self, expected: &'static str) -> ExpressionError {
        ExpressionError::Syntax {
            at: self.at,
            expected,
            found: self.peek(),
        }
    }

    /// Steps over a character that must come next, after blanks.
    fn take(&mut self, mark: char, expected: &'static str) -> Result<(), ExpressionError> {
        self.skip_blanks();
        if self.peek() != Some(mark) {
            return Err(self.expected(expected));
        }
        self.at += mark.len_utf8();
        Ok(())
    }

    /// A run of characters of a sort.
    fn run(&mut self, of: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let run = rest.find(|c| !of(c)).and_then(|end| rest.get(..end));
        let run = run.unwrap_or(rest);
        self.at += run.len();
        run
    }

    fn levels(&self, levels: usize) -> Result<usize, ExpressionError> {
        if levels <= Expression::DEPTH_LIMIT {
            Ok(levels)
        } else {
            Err(ExpressionError::TooDeep { at: self.at })
        }
    }

    /// Operands with operators between them that bind at least so close.
    fn chain(&mut self, closeness: u8, depth: usize) -> Result<Tree, ExpressionError> {
        let mut left = self.operand(depth)?;
        loop {
            self.skip_blanks();
            let operator = match self.peek() {
                Some('+') => Operator::Add,
                Some('-') => Operator::Subtract,
                Some('*') => Operator::Multiply,
                Some('/') => Operator::Divide,
                _ => return Ok(left),
            };
            if operator.level() < closeness {
                return Ok(left);
            }
            self.at += 1;
            let right = self.chain(operator.level() + 1, depth)?;
            left = Tree {
                height: self.levels(left.height.max(right.height) + 1)?,
                node: ExpressionNode::Binary {
                    operator,
                    left: Box::new(left.node),
                    right: Box::new(right.node),
                },
            };
        }
    }

    fn operand(&mut self, depth: usize) -> Result<Tree, ExpressionError> {
        self.skip_blanks();
        self.levels(depth)?;
        match self.peek() {
            Some('-') => {
                self.at += 1;
                let inner = self.operand(depth + 1)?;
                Ok(Tree {
                    height: self.levels(inner.height + 1)?,
                    node: ExpressionNode::Neg(Box::new(inner.node)),
                })
            }
            Some('(') => {
                self.at += 1;
                let inner = self.chain(1, depth + 1)?;
                self.take(')', "an operator or a closing bracket")?;
                Ok(inner)
            }
            Some(c) if c.is_ascii_digit() => self.number().map(Tree::single),
            Some(c) if is_name(c) => self.name().map(Tree::single),
            _ => Err(self.expected(OPERAND)),
        }
    }

    fn number(&mut self) -> Result<ExpressionNode, ExpressionError> {
        let error = self.expected("a plain decimal of at most 28 digits");
        let digits = self.run(|c| c.is_ascii_digit() || c == '.');
        let number = parse_exact(digits).map_err(|_| error)?;
        Ok(ExpressionNode::Number(number.normalize()))
    }

    /// A metric, or a function of one.
    fn name(&mut self) -> Result<ExpressionNode, ExpressionError> {
        let start = self.at;
        let unknown = self.expected("opening, average or ttm");
        let name = self.run(is_name);
        self.skip_blanks();
        if self.peek() != Some('(') {
            self.at = start;
            return self.leaf(LeafKind::Plain);
        }
        let of = [LeafKind::Opening, LeafKind::Average, LeafKind::Ttm]
            .into_iter()
            .find(|kind| kind.function() == Some(name))
            .ok_or(unknown)?;
        self.at += 1;
        self.skip_blanks();
        let leaf = self.leaf(of)?;
        self.take(')', "a closing bracket")?;
        Ok(leaf)
    }

    fn leaf(&mut self, of: LeafKind) -> Result<ExpressionNode, ExpressionError> {
        let error = self.expected(METRIC);
        let metric = self.run(is_name).parse().map_err(|_| error)?;
        let scope = if self.peek() == Some('[') {
            self.at += 1;
            let error = self.expected("a scope such as segment=network");
            let scope = self.run(|c| c != ']').parse().map_err(|_| error)?;
            self.take(']', "a closing square bracket")?;
            scope
        } else {
            Scope::total()
        };
        Ok(ExpressionNode::Leaf(Leaf { metric, scope, of }))
    }
}

/// What a name is read from; what it may hold is the metric's matter.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '.'
}
