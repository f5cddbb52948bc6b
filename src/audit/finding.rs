//! What an audit found.

use std::fmt;

use serde::Serialize;

use crate::model::{
    Amount, Claim, Document, FactKey, Identity, Interval, Operand, Period, Quantity,
};

use super::printing::Printing;

/// A document recomputed from its own figures: plain data.
///
/// Every relation that was looked at is a [`Finding`], also those that hold. Printed, it is a report: a summary, then
/// what does not hold, the graver first, with its cells and its arithmetic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Audit {
    document: Document,
    relations: Vec<Finding>,
    incomplete_identities: usize,
}

impl Audit {
    pub(crate) fn new(
        document: Document,
        relations: Vec<Finding>,
        incomplete_identities: usize,
    ) -> Self {
        Self {
            document,
            relations,
            incomplete_identities,
        }
    }

    /// How often the document prints the left side of an identity and not all of its right side: nothing can be said
    /// then, and most often nothing is meant.
    #[must_use]
    pub fn incomplete_identities(&self) -> usize {
        self.incomplete_identities
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Every relation that was looked at, in the order of the document's cells, kind by kind.
    #[must_use]
    pub fn relations(&self) -> &[Finding] {
        &self.relations
    }

    /// The relations that do not hold as printed: all but the consistent ones.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.relations
            .iter()
            .filter(|finding| finding.class != Class::Consistent)
    }

    /// The relations of one class.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Finding> {
        self.relations
            .iter()
            .filter(move |finding| finding.class == class)
    }

    /// How many relations are of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> usize {
        self.of(class).count()
    }
}

/// How what is printed and what is recomputed go together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Both can be roundings of one value.
    Consistent,
    /// They cannot, and one unit of the printed figure's last digit makes up for it: columns made to add up, a value
    /// rounded the wrong way.
    LastDigit,
    /// They go together by another convention than that of a change over the absolute base, or than the other rates of
    /// the same place.
    Convention,
    /// Another document gives another value of the fact, beyond rounding.
    Restated,
    /// They cannot be reconciled.
    Irreconcilable,
    /// Not all parts of a total are printed, but those that are speak for the opposite sign: what is left for the others
    /// is larger than the total and each printed part, and would be smaller than any of them with the sign turned.
    SignInDoubt,
    /// A figure that it needs is not in the database.
    OperandsMissing,
    /// It cannot be judged.
    Undecided,
}

impl Class {
    /// All classes, in the order in which reports count them.
    pub const ALL: [Class; 8] = [
        Class::Consistent,
        Class::Convention,
        Class::LastDigit,
        Class::Irreconcilable,
        Class::SignInDoubt,
        Class::Restated,
        Class::OperandsMissing,
        Class::Undecided,
    ];
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Class::Consistent => "consistent within rounding",
            Class::LastDigit => "off by one last digit",
            Class::Convention => "another convention",
            Class::Restated => "restated",
            Class::Irreconcilable => "cannot be reconciled",
            Class::SignInDoubt => "sign in doubt",
            Class::OperandsMissing => "operands missing",
            Class::Undecided => "cannot be judged",
        })
    }
}

/// A convention by which a printed change agrees with its figures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrowthConvention {
    /// The ratio minus one, also over a negative base: a growing loss is a positive change.
    RatioMinusOne,
    /// The difference over the absolute value of a negative base, where most other rates of the place are
    /// [`RatioMinusOne`](Self::RatioMinusOne): its sign may be the wrong one.
    OverAbsoluteBase,
    /// The difference of two losses without their signs: a growing loss is a positive difference.
    DifferenceOfLosses,
}

impl fmt::Display for GrowthConvention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            GrowthConvention::RatioMinusOne => "the ratio minus one, over a negative base",
            GrowthConvention::OverAbsoluteBase => {
                "the difference over the absolute base, unlike most rates of this place"
            }
            GrowthConvention::DifferenceOfLosses => "the difference of two losses without signs",
        })
    }
}

/// Why a relation cannot be judged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undecided {
    /// The precision of a figure is unknown.
    PrecisionUnknown,
    /// A figure is an approximation, words or nil.
    NotAnAmount,
    /// Rounding lets the base be zero.
    BaseMayBeZero,
    /// The digits are beyond exact arithmetic.
    Overflow,
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Undecided::PrecisionUnknown => "a precision is unknown",
            Undecided::NotAnAmount => "a figure is an approximation, words or nil",
            Undecided::BaseMayBeZero => "the base cannot be told from zero",
            Undecided::Overflow => "the digits are beyond exact arithmetic",
        })
    }
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// A printed figure that others determine.
    Claim(Claim),
    /// A claim that is printed several times.
    RepeatedClaim(Claim),
    /// The growth rate and the difference of the same two figures.
    GrowthAndDifference {
        /// The later figure.
        of: Operand,
        /// The base.
        over: Operand,
    },
    /// A fact that is printed several times.
    RepeatedFact(FactKey),
    /// A figure of a company's identity, and what it equals.
    Identity {
        /// The identity.
        identity: Identity,
        /// The left side.
        left: FactKey,
        /// The period that it was asked for.
        period: Period,
    },
    /// A duration and the shorter ones that make it up.
    Tiling {
        /// The whole.
        whole: FactKey,
        /// The durations that make it up, in order.
        parts: Vec<Period>,
    },
    /// A fact that an earlier document gave.
    EarlierDocument(FactKey),
    /// A fact that a later document gives.
    LaterDocument(FactKey),
}

/// A figure that went into a recomputation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Used {
    /// The fact; `None` of a claim.
    pub fact: Option<FactKey>,
    /// The value, and the interval that all its printings allow.
    pub quantity: Option<Quantity>,
    /// The printings that agree, the one beside the judged figure first.
    pub printings: Vec<Printing>,
    /// Printings of the same document that say something else.
    pub contradicted_by: Vec<Printing>,
}

/// One mistake that explains a gap exactly: with it undone, both sides are consistent within rounding.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cause {
    /// What may have happened.
    pub kind: CauseKind,
    /// To which printed figure.
    pub printed: Printing,
    /// Figures as they would be without it, where other relations can speak against that.
    #[serde(skip)]
    pub(crate) meant: Vec<(Printing, Amount)>,
}

/// A simple mistake.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// The sign is the wrong one.
    FlippedSign,
    /// The word beside the figure says the wrong direction.
    DirectionWord,
    /// The figure is to be multiplied by this power of ten.
    Scale {
        /// 3 where thousands were taken for units.
        power: i8,
    },
    /// Two neighbouring digits are swapped.
    TransposedDigits {
        /// The figure with the digits as they should be, in base units.
        instead: String,
    },
    /// The figure of another period of the same row was taken.
    OtherColumn {
        /// The period that was taken.
        taken: Period,
    },
    /// Another printing of the operand was taken, which contradicts the one beside it.
    OtherPrinting,
}

impl fmt::Display for CauseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CauseKind::FlippedSign => f.write_str("a flipped sign"),
            CauseKind::DirectionWord => f.write_str("a direction word that says the opposite"),
            CauseKind::Scale { power } => {
                let factor = format!("1{}", "0".repeat(power.unsigned_abs().into()));
                let factor = factor
                    .parse()
                    .map_or(factor, crate::model::decimal::grouped);
                let side = if *power > 0 { "small" } else { "great" };
                write!(f, "a figure too {side} by a factor of {factor}")
            }
            CauseKind::TransposedDigits { instead } => {
                write!(f, "transposed digits: {instead} was meant")
            }
            CauseKind::OtherColumn { taken } => {
                write!(f, "a swapped column: the figure of {taken} was taken")
            }
            CauseKind::OtherPrinting => f.write_str("the operand as it is printed here instead"),
        }
    }
}

/// One relation, and whether it holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// How both sides go together.
    pub class: Class,
    /// What it is about.
    pub relation: Relation,
    /// The same in words, with periods as the company labels them.
    pub title: String,
    /// The figure that was judged.
    pub printed: Printing,
    /// The figures from which it was recomputed, in the order of the arithmetic.
    pub operands: Vec<Used>,
    /// The figures that are not in the database.
    pub missing: Vec<String>,
    /// The recomputation, in the unit of the judged figure.
    pub recomputed: Option<Quantity>,
    /// What the judged figure allows.
    pub allowed: Option<Interval>,
    /// Whether the recomputation gives the printed figure also without regard to the rounding of the operands.
    pub as_printed: bool,
    /// The arithmetic in words.
    pub arithmetic: String,
    /// The convention by which it holds, where it is of the class [`Class::Convention`].
    pub convention: Option<GrowthConvention>,
    /// Why it cannot be judged, where it is of the class [`Class::Undecided`].
    pub undecided: Option<Undecided>,
    /// The simple mistakes that each explain the gap exactly. One that explains more findings than each of the others
    /// stands alone.
    pub causes: Vec<Cause>,
    /// The cell that is probably wrong: it takes part in several relations that do not hold, and in none that does.
    pub suspect: Option<Printing>,
}

impl Finding {
    /// The one simple mistake that explains the gap; `None` where there is none, several could be it, or the suspect is
    /// another cell than the one with the mistake.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        let [cause] = self.causes.as_slice() else {
            return None;
        };
        // These name the figure that fits instead.
        let instead = matches!(
            cause.kind,
            CauseKind::OtherColumn { .. } | CauseKind::OtherPrinting
        );
        let suspect = self.suspect.as_ref();
        let other = suspect.is_some_and(|suspect| !suspect.is_at(&cause.printed));
        (instead || !other).then_some(cause)
    }

    /// Whether the two sides cannot be reconciled by rounding or a convention.
    #[must_use]
    pub fn fails(&self) -> bool {
        matches!(self.class, Class::LastDigit | Class::Irreconcilable)
    }
}
