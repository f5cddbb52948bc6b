//! Concepts of XBRL taxonomies, and the metrics that raw facts of them are.

use std::fmt;
use std::str::FromStr;

use super::ModelError;
use super::metric::{Metric, MetricKind, MetricPath};
use super::period::Period;
use super::unit::{Dimension, Unit};

/// A concept of an XBRL taxonomy: `us-gaap:NetIncomeLoss`.
///
/// The taxonomy is a word of lower-case letters, digits and `-`; the tag is written in capitalised words, as
/// those of the standard taxonomies are. Tags that companies make may also begin with a small letter and have `_`,
/// `-` and `.` in them.
///
/// Its facts are figures of a metric whose path is the taxonomy, the tag in lower case, and what sort of figure
/// it is. The path tells the concept exactly: words are joined by `_`, and a word in capitals is followed by
/// one more `_`. A tag that is not in capitalised words is spelt behind `x__`, each capital as `_` and the small letter,
/// `_`, `-` and `.` as `_0`, `_1` and `_2`. The last term is decided by the fact alone (its unit, whether it has a duration, and whether
/// the tag calls it an average), so that a metric means the same for every company, whichever was taken in first.
///
/// | unit | instant | duration |
/// |---|---|---|
/// | money | `stock` | `flow`, or `average` where `Average` is a word of the tag |
/// | money for each of something | `per_share` | `per_share` |
/// | a number of things | `count` | `average_count`: no figure tells counts that add up from averages, so none is added up |
/// | bandwidth | `bandwidth` | `average_bandwidth` |
/// | per cent | `percent` | `percent` |
/// | `pure` | `ratio` | `ratio` |
///
/// ```
/// use kessan::{Concept, MetricKind};
/// let concept: Concept = "us-gaap:NetIncomeLoss".parse()?;
/// let metric = concept.metric(&"USD".parse()?, &"2008-09-28..2009-09-26".parse()?)?;
/// assert_eq!(metric.path.as_str(), "us_gaap.net_income_loss.flow");
/// assert_eq!(metric.kind, MetricKind::Flow);
/// assert_eq!(Concept::of(&metric.path), Some(concept));
///
/// let concept: Concept = "us-gaap:EquitySecuritiesFVNINoncurrent".parse()?;
/// let metric = concept.metric(&"USD".parse()?, &"2019-01-27".parse()?)?;
/// assert_eq!(metric.path.as_str(), "us_gaap.equity_securities_fvni__noncurrent.stock");
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Concept {
    taxonomy: String,
    tag: String,
}

/// The last terms of paths.
const SORTS: [&str; 10] = [
    "stock",
    "flow",
    "average",
    "per_share",
    "count",
    "average_count",
    "bandwidth",
    "average_bandwidth",
    "percent",
    "ratio",
];

/// What a positive and a negative figure of a raw concept mean: the taxonomy says it, and it is not at hand.
const POSITIVE: &str = "positive as filed";
const NEGATIVE: &str = "negative as filed";

impl Concept {
    /// A concept.
    ///
    /// # Errors
    /// [`ModelError::Concept`] where the taxonomy or the tag is written otherwise.
    pub fn new(taxonomy: &str, tag: &str) -> Result<Concept, ModelError> {
        let is_taxonomy = taxonomy.starts_with(|c: char| c.is_ascii_lowercase())
            && taxonomy
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_taxonomy && is_tag && is_name(tag) {
            Ok(Concept {
                taxonomy: taxonomy.to_owned(),
                tag: tag.to_owned(),
            })
        } else {
            Err(ModelError::Concept {
                text: format!("{taxonomy}:{tag}"),
            })
        }
    }

    /// The taxonomy, such as `us-gaap`.
    #[must_use]
    pub fn taxonomy(&self) -> &str {
        &self.taxonomy
    }

    /// The tag, such as `NetIncomeLoss`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The metric that a fact of this concept, of such a unit and period, is a figure of.
    ///
    /// # Errors
    /// [`ModelError::Metric`] where the tag is too long for a path.
    pub fn metric(&self, unit: &Unit, period: &Period) -> Result<Metric, ModelError> {
        let dimension = unit.dimension();
        let (sort, kind) = self.sort(dimension, MetricKind::Stock.admits(period));
        Ok(Metric {
            path: self.path(sort)?,
            kind,
            dimension,
            positive: POSITIVE.into(),
            negative: Some(NEGATIVE.into()),
        })
    }

    /// The metric of which its facts of such a kind and dimension are figures; `None` where it has none of the kind.
    pub(crate) fn path_of(
        &self,
        kind: MetricKind,
        dimension: Dimension,
    ) -> Result<Option<MetricPath>, ModelError> {
        let sorts = [true, false].map(|instant| self.sort(dimension, instant));
        let found = sorts.into_iter().find(|(_, its)| *its == kind);
        found.map(|(sort, _)| self.path(sort)).transpose()
    }

    fn path(&self, sort: &str) -> Result<MetricPath, ModelError> {
        let taxonomy = self.taxonomy.replace('-', "_");
        format!("{taxonomy}.{}.{sort}", as_term(&self.tag)).parse()
    }

    /// The last term of the path, and the kind it stands for.
    fn sort(&self, dimension: Dimension, instant: bool) -> (&'static str, MetricKind) {
        let average = || words(&self.tag).any(|word| word.text == "Average");
        match dimension {
            Dimension::Money if instant => ("stock", MetricKind::Stock),
            Dimension::Money if average() => ("average", MetricKind::Average),
            Dimension::Money => ("flow", MetricKind::Flow),
            Dimension::MoneyPer => ("per_share", MetricKind::PerShare),
            Dimension::Count if instant => ("count", MetricKind::Stock),
            Dimension::Count => ("average_count", MetricKind::Average),
            Dimension::Bandwidth if instant => ("bandwidth", MetricKind::Stock),
            Dimension::Bandwidth => ("average_bandwidth", MetricKind::Average),
            Dimension::Percent => ("percent", MetricKind::Ratio),
            Dimension::Pure => ("ratio", MetricKind::Ratio),
        }
    }

    /// The concept that a metric's path tells, where it is the path of one.
    #[must_use]
    pub fn of(path: &MetricPath) -> Option<Concept> {
        let mut terms = path.as_str().split('.');
        let (taxonomy, tag, sort) = (terms.next()?, terms.next()?, terms.next()?);
        if terms.next().is_some() || !SORTS.contains(&sort) {
            return None;
        }
        Concept::new(&taxonomy.replace('_', "-"), &from_term(tag)?).ok()
    }
}

impl fmt::Display for Concept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.taxonomy, self.tag))
    }
}

impl FromStr for Concept {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let bad = || ModelError::Concept { text: text.into() };
        let (taxonomy, tag) = text.split_once(':').ok_or_else(bad)?;
        Concept::new(taxonomy, tag)
    }
}

/// A name of XBRL (a tag, an axis, a member) as a term of a path or scope, each name another; `None` where it has
/// letters that are not ASCII.
pub(crate) fn name_term(name: &str) -> Option<String> {
    is_name(name).then(|| as_term(name))
}

/// Letters, digits and what else may stand in the names of XBRL, as far as it is ASCII.
fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || SIGNS.contains(&b);
    !name.is_empty() && name.bytes().all(fits)
}

/// Whether a name is in capitalised words.
fn is_capitalised(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What may stand in a name besides letters and digits, in the order of their digits.
const SIGNS: &[u8] = b"_-.";
/// What begins a name that is not in capitalised words. No word of one letter is followed by two marks.
const SPELT: &str = "x__";

fn as_term(name: &str) -> String {
    if is_capitalised(name) {
        return in_words(name);
    }
    let mut text = SPELT.to_owned();
    for (b, letter) in name.bytes().zip(name.chars()) {
        match SIGNS.iter().zip('0'..).find(|(sign, _)| **sign == b) {
            Some((_, digit)) => text.extend(['_', digit]),
            None if letter.is_ascii_uppercase() => text.extend(['_', letter.to_ascii_lowercase()]),
            None => text.push(letter),
        }
    }
    text
}

/// The name that [`as_term`] wrote so, if it wrote it.
fn from_term(text: &str) -> Option<String> {
    let Some(spelt) = text.strip_prefix(SPELT) else {
        return in_capitals(text);
    };
    let mut name = String::with_capacity(spelt.len());
    let mut letters = spelt.chars();
    while let Some(letter) = letters.next() {
        if letter != '_' {
            name.push(letter);
            continue;
        }
        let marked = letters.next()?;
        match marked
            .to_digit(10)
            .and_then(|digit| usize::try_from(digit).ok())
        {
            Some(digit) => name.push(char::from(*SIGNS.get(digit)?)),
            None => name.push(marked.to_ascii_uppercase()),
        }
    }
    (is_name(&name) && as_term(&name) == text).then_some(name)
}

/// A word of a tag: `Income`, `A`, `Level3`; or two letters and more in capitals, perhaps with digits: `FIN48`.
#[derive(PartialEq, Eq, Debug)]
struct Word<'a> {
    text: &'a str,
    in_capitals: bool,
}

/// The words of a tag. The last of several capitals begins a word of its own where small letters follow.
fn words(tag: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        let capitals = rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let others = rest
            .bytes()
            .skip(capitals)
            .take_while(|b| !b.is_ascii_uppercase());
        let (tail, letters) = others.fold((0, false), |(tail, letters), b| {
            (tail + 1, letters || b.is_ascii_lowercase())
        });
        let length = match capitals {
            0 | 1 => capitals + tail,
            _ if letters => capitals - 1,
            _ => capitals + tail,
        };
        let (text, after) = rest.split_at_checked(length).filter(|_| length > 0)?;
        rest = after;
        let in_capitals = text.bytes().take_while(u8::is_ascii_uppercase).count() > 1;
        Some(Word { text, in_capitals })
    })
}

/// A tag in lower case: words joined by `_`, those in capitals followed by one more.
fn in_words(tag: &str) -> String {
    let mut text = String::with_capacity(tag.len() * 2);
    for (nth, word) in words(tag).enumerate() {
        if nth > 0 {
            text.push('_');
        }
        text.push_str(&word.text.to_ascii_lowercase());
        if word.in_capitals {
            text.push('_');
        }
    }
    text
}

/// The tag that [`in_words`] wrote so, if it wrote it.
fn in_capitals(text: &str) -> Option<String> {
    let mut tag = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find('_').unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(length)?;
        let marks = after.bytes().take_while(|b| *b == b'_').count();
        rest = after.get(marks..)?;
        let ends = rest.is_empty();
        let capitals = marks == if ends { 1 } else { 2 };
        if capitals {
            tag.push_str(&word.to_ascii_uppercase());
        } else {
            let mut letters = word.chars();
            tag.push(letters.next()?.to_ascii_uppercase());
            tag.push_str(letters.as_str());
        }
    }
    (in_words(&tag) == text).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_in_words() {
        for (tag, expected) in [
            ("Assets", "assets"),
            ("NetIncomeLoss", "net_income_loss"),
            ("ClassACommonStock", "class_a_common_stock"),
            (
                "FairValueInputsLevel3Member",
                "fair_value_inputs_level3_member",
            ),
            (
                "CumulativeEffectOfInitialAdoptionOfFIN48",
                "cumulative_effect_of_initial_adoption_of_fin48_",
            ),
            (
                "GainLossReclassifiedFromAccumulatedOCIIntoIncome",
                "gain_loss_reclassified_from_accumulated_oci__into_income",
            ),
            ("FIFOInventoryAmount", "fifo__inventory_amount"),
            ("Fin48", "fin48"),
            ("A", "a"),
            ("AB", "ab_"),
        ] {
            assert_eq!(in_words(tag), expected);
            assert_eq!(in_capitals(expected).as_deref(), Some(tag));
        }
        for other in ["", "_", "a__", "fin48___", "a_b", "x__y"] {
            let read = in_capitals(other);
            assert!(
                read.is_none() || in_words(&read.unwrap()) == other,
                "{other}"
            );
        }
        assert_eq!(
            in_capitals("a__"),
            None,
            "one letter is no word in capitals"
        );
    }

    #[test]
    fn the_fact_alone_decides_its_metric() {
        let metric = |concept: &str, unit: &str, period: &str| {
            let concept: Concept = concept.parse().unwrap();
            let metric = concept
                .metric(&unit.parse().unwrap(), &period.parse().unwrap())
                .unwrap();
            assert!(metric.is_coherent() && metric.has_meaning(), "{metric:?}");
            assert!(metric.kind.admits(&period.parse().unwrap()));
            assert_eq!(Concept::of(&metric.path), Some(concept));
            (metric.path.to_string(), metric.kind, metric.dimension)
        };
        let (day, year) = ("2009-09-26", "2008-09-28..2009-09-26");
        for (concept, unit, period, path, kind, dimension) in [
            (
                "us-gaap:Assets",
                "USD",
                day,
                "us_gaap.assets.stock",
                MetricKind::Stock,
                Dimension::Money,
            ),
            (
                "us-gaap:Revenues",
                "EUR",
                year,
                "us_gaap.revenues.flow",
                MetricKind::Flow,
                Dimension::Money,
            ),
            // A one-day duration is published as an instant.
            (
                "us-gaap:Revenues",
                "USD",
                day,
                "us_gaap.revenues.stock",
                MetricKind::Stock,
                Dimension::Money,
            ),
            (
                "ifrs-full:AverageForeignExchangeRate",
                "COP",
                year,
                "ifrs_full.average_foreign_exchange_rate.average",
                MetricKind::Average,
                Dimension::Money,
            ),
            (
                "us-gaap:EarningsPerShareBasic",
                "USD/shares",
                year,
                "us_gaap.earnings_per_share_basic.per_share",
                MetricKind::PerShare,
                Dimension::MoneyPer,
            ),
            (
                "us-gaap:PreferredStockParOrStatedValuePerShare",
                "pure",
                day,
                "us_gaap.preferred_stock_par_or_stated_value_per_share.ratio",
                MetricKind::Ratio,
                Dimension::Pure,
            ),
            (
                "us-gaap:CommonStockSharesIssued",
                "shares",
                day,
                "us_gaap.common_stock_shares_issued.count",
                MetricKind::Stock,
                Dimension::Count,
            ),
            (
                "us-gaap:StockIssued1",
                "shares",
                year,
                "us_gaap.stock_issued1.average_count",
                MetricKind::Average,
                Dimension::Count,
            ),
        ] {
            assert_eq!(
                metric(concept, unit, period),
                (path.to_owned(), kind, dimension)
            );
        }
    }

    #[test]
    fn what_is_written_otherwise_is_no_concept() {
        for bad in [
            "",
            "us-gaap",
            "us-gaap:",
            ":Assets",
            "US-GAAP:Assets",
            "us_gaap:Assets",
            "us-gaap:1Assets",
            "us-gaap:_Assets",
            "us-gaap:Net Income",
            "us-gaap:Å",
        ] {
            assert!(bad.parse::<Concept>().is_err(), "{bad}");
        }
        let long: Concept = format!("us-gaap:{}", "Aa".repeat(90)).parse().unwrap();
        let day = "2009-09-26".parse().unwrap();
        assert!(long.metric(&"USD".parse().unwrap(), &day).is_err());
        for other in [
            "revenue",
            "revenue.connectivity",
            "us_gaap.assets",
            "us_gaap.assets.current",
            "us_gaap.assets.stock.more",
        ] {
            assert_eq!(Concept::of(&other.parse().unwrap()), None, "{other}");
        }
    }

    #[test]
    fn names_that_companies_make() {
        for (name, expected) in [
            ("newItem", "x__new_item"),
            ("Long-termDebt", "x___long_1term_debt"),
            ("Investments_AET", "x___investments_0_a_e_t"),
            (
                "CommonSharesCHF7.60ParValue",
                "x___common_shares_c_h_f7_260_par_value",
            ),
            ("_", "x___0"),
            ("2009", "x__2009"),
            ("X", "x"),
            ("XA", "xa_"),
        ] {
            assert_eq!(name_term(name).as_deref(), Some(expected));
            assert_eq!(from_term(expected).as_deref(), Some(name));
        }
        for other in ["x__", "x___", "x___3", "x___assets", "x__a__", "x____a"] {
            assert_eq!(from_term(other), None, "{other}");
        }
        for bad in ["", "Net Income", "Å", "A=B", "A/B"] {
            assert_eq!(name_term(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_name_reads_back(name in "[A-Za-z0-9._-]{1,20}") {
            let term = name_term(&name).unwrap();
            prop_assert!(term.parse::<MetricPath>().is_ok());
            prop_assert_eq!(from_term(&term), Some(name));
        }

        #[test]
        fn what_reads_as_a_name_is_written_so(text in "x__[a-z0-9_]{0,12}") {
            if let Some(name) = from_term(&text) {
                prop_assert_eq!(name_term(&name), Some(text));
            }
        }

        /// No tag is lost, and no two tags share a path.
        #[test]
        fn every_tag_reads_back(tag in "[A-Z][A-Za-z0-9]{0,20}") {
            prop_assert_eq!(in_capitals(&in_words(&tag)), Some(tag));
        }

        #[test]
        fn what_reads_as_a_tag_is_written_so(text in "[a-z][a-z0-9_]{0,12}") {
            if let Some(tag) = in_capitals(&text) {
                prop_assert_eq!(in_words(&tag), text);
            }
        }
    }
}
