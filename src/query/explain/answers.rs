//! What of each answer its explanation tells.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::error::Error;
use crate::model::{ChangeKind, Convention, FiscalPeriod};

use super::sealed::{Answer, Explainer};
use super::{Basis, Computed, Explanation, Subject, Value, Versions};
use crate::query::delta::{Comparator, Delta, DeltaKind};
use crate::query::panel::PanelRow;
use crate::query::point::Point;

pub(crate) mod sealed {
    use super::{Error, Explanation};
    use crate::model::{Id, Period};
    use crate::store::Snapshot;

    /// An answer, which knows how it came about.
    pub trait Answer {
        fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error>;
    }

    /// Where explanations look up what was published.
    #[derive(Debug)]
    pub struct Explainer {
        pub(in crate::query::explain) snapshot: Snapshot,
    }

    impl Explainer {
        /// A period as a company labels it.
        pub(crate) fn label(&self, company: &Id, period: Period) -> String {
            let company = self.snapshot.company(company);
            company.map_or_else(
                || period.to_string(),
                |company| company.calendar.label_of(&period),
            )
        }

        pub(crate) fn new(snapshot: Snapshot) -> Self {
            Self { snapshot }
        }
    }
}

impl Answer for Point {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let label = self.label();
        let (versions, spoken) = explainer.versions(self)?;
        let mut notes = self.remarks_on_dates();
        if let Some(standard) = self.standard_metric() {
            notes.push(format!("stands in for {standard} by the concept map"));
        }
        if self.is_conflicting() {
            notes.extend(contradiction(&versions, spoken));
        }
        Ok(Explanation {
            name: label.clone(),
            subject: Subject::new(self.series(), label, Some(self.period())),
            text: self.figure_text(),
            quantity: self.figure().quantity(),
            in_percent: false,
            value: Some(Value::Figure(self.figure().clone())),
            notes,
            basis: Basis::Reported(versions),
        })
    }
}

/// What contradicts itself on a day, where the reason for what is shown does not tell.
fn contradiction(versions: &Versions, day: NaiveDate) -> Option<String> {
    let printed = versions.considered.iter();
    let documents: BTreeSet<&str> = printed
        .filter(|version| version.published == day)
        .map(|version| version.document.as_str())
        .collect();
    if documents.len() > 1 {
        let documents: Vec<&str> = documents.into_iter().collect();
        let documents = documents.join(", ");
        return Some(format!(
            "the figures published on {day} contradict each other ({documents})"
        ));
    }
    (!versions.why.contradicted)
        .then(|| "the document published last contradicts itself".to_owned())
}

impl Answer for Delta {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        let current = self.current.explanation(explainer)?;
        let mut subject = current.subject.clone();
        subject.measure = Some(self.kind.to_string());
        let base = match (&self.base, &self.missing) {
            (Some(base), _) => Some(base.explanation(explainer)?),
            (None, Some(label)) => Some(Explanation::not_reported(Subject {
                measure: None,
                label: label.clone(),
                period: None,
                ..subject.clone()
            })),
            (None, None) => None,
        };
        Ok(Explanation {
            name: current.name.clone(),
            subject,
            text: self.change_text(),
            quantity: self.change.quantity(),
            in_percent: matches!(self.change.kind, ChangeKind::Relative { .. }),
            value: Some(Value::Change(self.change.clone())),
            notes: self.remarks(),
            basis: Basis::Computed(Computed {
                formula: base
                    .as_ref()
                    .and_then(|base| formula(&self.change.kind, &current.name, &base.name)),
                rules: self.rules(),
                operands: [Some(current), base].into_iter().flatten().collect(),
            }),
        })
    }
}

impl Answer for PanelRow {
    fn explanation(&self, explainer: &Explainer) -> Result<Explanation, Error> {
        match &self.point {
            Some(point) => point.explanation(explainer),
            None => Ok(Explanation::not_reported(self.subject())),
        }
    }
}

impl Explanation {
    pub(crate) fn not_reported(subject: Subject) -> Self {
        Self {
            name: subject.label.clone(),
            subject,
            text: "not reported".to_owned(),
            quantity: None,
            in_percent: false,
            value: None,
            notes: Vec::new(),
            basis: Basis::NotReported,
        }
    }
}

impl Delta {
    /// How the base was found, and by which convention the change was taken.
    fn rules(&self) -> Vec<String> {
        let found = match (self.kind, self.comparator) {
            (_, Comparator::NotApplicable) => match self.kind {
                DeltaKind::SinceYearEnd => "only an instant has a change since the year end",
                _ => "only a discrete quarter, or a quarter end, has a quarter before",
            },
            (DeltaKind::YearOnYear, _) if self.is_by_slot() => {
                "the base is the same slot one fiscal year earlier"
            }
            (DeltaKind::YearOnYear, _) => {
                "the base is what ends a year earlier and is as long, by its dates"
            }
            (DeltaKind::QuarterOnQuarter, _) => "the base is the quarter before",
            (DeltaKind::SinceYearEnd, _) => "the base is the end of the fiscal year before",
        };
        let mut rules = vec![found.to_owned()];
        if self.against_actual {
            rules.push("the base is the actual figure".to_owned());
        }
        rules.extend(convention(&self.change.kind).map(str::to_owned));
        rules
    }

    /// Whether the base was looked up by its slot, not by dates.
    fn is_by_slot(&self) -> bool {
        let year_ago = self.current.fiscal().map(FiscalPeriod::year_ago);
        match &self.base {
            Some(base) => year_ago.is_some() && base.fiscal() == year_ago,
            None => self.missing.is_some(),
        }
    }

    /// What a reader should know besides the change.
    fn remarks(&self) -> Vec<String> {
        let days = |point: &Point| point.period().days();
        let lengths = (
            days(&self.current),
            self.base.as_ref().and_then(days),
            self.length_differs,
        );
        let mut remarks = Vec::new();
        if let (Some(now), Some(then), true) = lengths {
            remarks.push(format!("compares {now} days with {then}"));
        }
        remarks
    }
}

/// What was computed, where a change is a number.
pub(super) fn formula(kind: &ChangeKind, current: &str, base: &str) -> Option<String> {
    match kind {
        ChangeKind::Relative {
            convention: Convention::OverBase,
            ..
        } => Some(format!("({current} - {base}) / {base}")),
        ChangeKind::Relative {
            convention: Convention::OverAbsoluteBase,
            ..
        } => Some(format!("({current} - {base}) / |{base}|")),
        ChangeKind::Points(_) => Some(format!("{current} - {base}")),
        _ => None,
    }
}

/// By which convention a change was taken.
pub(super) fn convention(kind: &ChangeKind) -> Option<&'static str> {
    match kind {
        ChangeKind::Relative { convention, .. } => match convention {
            Convention::OverBase => None,
            Convention::OverAbsoluteBase => Some(
                "the base is negative: the difference is taken over its absolute value, so that a \
                 growing loss is a negative change",
            ),
        },
        ChangeKind::Points(_) => Some("ratios change in percentage points"),
        ChangeKind::TurnedPositive | ChangeKind::TurnedNegative => {
            Some("a change of sign is a word, not a percentage")
        }
        ChangeKind::FromZero | ChangeKind::ToZero | ChangeKind::Unchanged => {
            Some("a change from or to zero is a word, not a percentage")
        }
        ChangeKind::BaseNotDistinctFromZero => {
            Some("the rounding interval of the base contains zero")
        }
        ChangeKind::ShareBasisDiffers => Some(
            "the two are on two sides of a share split: they were published so, or one was told again as it was before the split",
        ),
        ChangeKind::TagsDisagree(_) => Some("the two are of tags that disagree"),
        ChangeKind::NotAnAmount => Some("only plain amounts have a change"),
        ChangeKind::Overflow => Some("the digits are beyond exact arithmetic"),
        ChangeKind::NoComparator => None,
    }
}
