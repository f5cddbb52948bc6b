//! Why one of a fact's observations is the one that is shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an observation is shown and not another of the same fact: why its document speaks, and why this cell of
/// it does.
///
/// ```
/// use kessan::{WhyCell, WhyDocument, WhyShown};
/// let why = WhyShown {
///     document: WhyDocument::Last,
///     cell: WhyCell::MorePrecise,
///     contradicted: false,
/// };
/// assert_eq!(why.to_string(), "published last; of its cells the most precise");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct WhyShown {
    /// Why its document speaks.
    pub document: WhyDocument,
    /// Why this cell of the document speaks.
    pub cell: WhyCell,
    /// Whether cells of its document contradict each other about the fact. Rank is then put before precision.
    pub contradicted: bool,
}

/// Why a document speaks for a fact. One that tells an earlier publication beside its own counts as two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyDocument {
    /// There is no other.
    Only,
    /// It was published last.
    Last,
    /// Several that give a figure were published last, on one day, and its id is the last of theirs: an order, not a
    /// reason to believe it. Where they contradict each other the answer is
    /// [conflicting](crate::Point::is_conflicting).
    LastOfDay,
    /// It was published last of those that give a figure: what came later says "none" or "n/a", and that
    /// hides no figure.
    LastFigure,
    /// The question was for what was reported first, and it was published first.
    First,
    /// The question was for what was reported first, several were published first, on one day, and its id is the first
    /// of theirs.
    FirstOfDay,
    /// The question was for what was reported first, and it was published first of those that give a figure.
    FirstFigure,
    /// It was published earlier, but tells more precisely what all figures published since agree with.
    MorePrecise,
    /// It was published on the last day, and tells more precisely what the others of that day agree with.
    MorePreciseOfDay,
}

/// Why a cell speaks for its document: the first rule, in this order (by rank before the others where the
/// document contradicts itself), that tells it from another cell of the document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyCell {
    /// There is no other.
    Only,
    /// It gives a figure where all others say "none" or "n/a".
    Figure,
    /// It gives a plain figure where another gives an approximation, a bound, a range or words.
    Plainer,
    /// It is more precise than another.
    MorePrecise,
    /// It ranks higher than another: statement over table over running text.
    Rank,
    /// It is the first of those that no rule above tells apart.
    First,
    /// It stands in the same place as the figure that an audit judges.
    Beside,
    /// In an audit, with nothing in that place: most other cells agree with it.
    Agreed,
}

impl fmt::Display for WhyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            WhyDocument::Only => "the only document that gives it",
            WhyDocument::Last => "published last",
            WhyDocument::LastOfDay => {
                "of the documents that gave it on the last day, the last by id"
            }
            WhyDocument::LastFigure => "published last of those that give a figure",
            WhyDocument::First => "published first",
            WhyDocument::FirstOfDay => {
                "of the documents that gave it on the first day, the first by id"
            }
            WhyDocument::FirstFigure => "published first of those that give a figure",
            WhyDocument::MorePrecise => {
                "published earlier, but more precise, and every later figure agrees with it"
            }
            WhyDocument::MorePreciseOfDay => {
                "of the documents that gave it on the last day, which agree, the most precise"
            }
        })
    }
}

impl fmt::Display for WhyCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            WhyCell::Only => "the only one",
            WhyCell::Figure => "the one that gives a figure",
            WhyCell::Plainer => "the plainest",
            WhyCell::MorePrecise => "the most precise",
            WhyCell::Rank => "the one of highest rank (statement over table over running text)",
            WhyCell::First => "the first of those that no rule tells apart",
            WhyCell::Beside => "the one in the place of the judged figure",
            WhyCell::Agreed => "the one that most others agree with",
        })
    }
}

impl fmt::Display for WhyShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if (self.document, self.cell) == (WhyDocument::Only, WhyCell::Only) {
            return f.pad("the only cell that gives it");
        }
        let document = self.document;
        f.pad(&match (self.cell, self.contradicted) {
            (WhyCell::Only, _) => document.to_string(),
            (cell, false) => format!("{document}; of its cells {cell}"),
            (cell, true) => {
                format!("{document}; of its cells, which contradict each other, {cell}")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::versions::shown;
    use crate::model::{
        Amount, Figure, Nil, Observation, Period, Precision, Rank, Rounding, Source, parse_date,
    };

    /// A figure: its value and its decimals.
    type Told = (i64, i8);

    fn observation(day: u32, document: u32, cell: u32, rank: Rank, told: Told) -> Observation {
        let (value, decimals) = told;
        let precision = Precision::Decimals(decimals);
        let amount = Amount::new(value.into(), precision, Rounding::Nearest).unwrap();
        Observation {
            period: Period::instant(parse_date("2003-06-30").unwrap()).unwrap(),
            figure: Figure::Amount(amount),
            published: parse_date(&format!("2003-08-{day:02}")).unwrap(),
            source: Source { document, cell },
            rank,
            commit: 1,
        }
    }

    /// One document a day, each with one table cell.
    fn history(told: &[Told]) -> Vec<Observation> {
        (1..)
            .zip(told)
            .map(|(day, told)| observation(day, day, 0, Rank::Table, *told))
            .collect()
    }

    fn why(observations: &[Observation]) -> (usize, WhyDocument, WhyCell, bool) {
        let found = shown(observations, |a, b| a.cmp(&b)).unwrap();
        let WhyShown {
            document,
            cell,
            contradicted,
        } = found.why;
        (found.index, document, cell, contradicted)
    }

    #[test]
    fn why_a_document_speaks() {
        use WhyDocument::{Last, LastFigure, MorePrecise, Only};
        let cases: [(&[Told], usize, WhyDocument); 5] = [
            (&[(500, 0)], 0, Only),
            (&[(500, 0), (510, 0)], 1, Last),
            (&[(500, -2), (512, 0)], 1, Last),
            (&[(512, 0), (510, -1), (500, -2)], 0, MorePrecise),
            (&[(512, 0), (530, 0), (500, -2)], 1, MorePrecise),
        ];
        for (told, index, document) in cases {
            let expected = (index, document, WhyCell::Only, false);
            assert_eq!(why(&history(told)), expected, "{told:?}");
        }
        let mut absent = history(&[(1, 0), (2, 0), (0, 0)]);
        absent[2].figure = Figure::Nil(Nil::NotApplicable);
        assert_eq!(why(&absent), (1, LastFigure, WhyCell::Only, false));
        absent[2].figure = Figure::Nil(Nil::Zero);
        assert_eq!(why(&absent), (2, Last, WhyCell::Only, false));
    }

    #[test]
    fn why_a_cell_speaks() {
        let cell = |cell, rank, told| observation(13, 1, cell, rank, told);
        let (fine, coarse) = ((512, 0), (500, -2));
        let mut about = cell(2, Rank::Statement, coarse);
        about.figure = Figure::Approximate(*about.figure.amount().unwrap());
        let mut absent = cell(3, Rank::Statement, fine);
        absent.figure = Figure::Nil(Nil::None);
        let table = cell(0, Rank::Table, coarse);
        let prose = cell(1, Rank::Prose, fine);
        let cases: [(&str, &[&Observation], usize, WhyCell); 7] = [
            ("finer", &[&table, &prose], 1, WhyCell::MorePrecise),
            ("not about", &[&table, &about], 0, WhyCell::Plainer),
            (
                "about and coarse: the first rule that tells it",
                &[&table, &about, &prose],
                2,
                WhyCell::Plainer,
            ),
            ("a figure", &[&absent, &table], 1, WhyCell::Figure),
            (
                "one without a figure beside another",
                &[&absent, &table, &prose],
                2,
                WhyCell::MorePrecise,
            ),
            (
                "rank",
                &[&cell(1, Rank::Prose, coarse), &table],
                1,
                WhyCell::Rank,
            ),
            (
                "alike",
                &[&cell(5, Rank::Table, coarse), &table],
                1,
                WhyCell::First,
            ),
        ];
        for (name, cells, index, reason) in cases {
            let cells: Vec<Observation> = cells.iter().copied().cloned().collect();
            let expected = (index, WhyDocument::Only, reason, false);
            assert_eq!(why(&cells), expected, "{name}");
        }
    }

    #[test]
    fn why_a_cell_speaks_for_a_document_that_contradicts_itself() {
        let only = WhyDocument::Only;
        let statement = observation(13, 1, 0, Rank::Statement, (500, -2));
        let table = observation(13, 1, 1, Rank::Table, (612, 0));
        let both = [table.clone(), statement.clone()];
        assert_eq!(why(&both), (1, only, WhyCell::Rank, true));
        let mut finer = observation(13, 1, 2, Rank::Statement, (512, 0));
        let all = [table.clone(), statement, finer.clone()];
        assert_eq!(
            why(&all),
            (2, only, WhyCell::Rank, true),
            "rank comes first"
        );
        finer.rank = Rank::Table;
        let alike = [finer, table];
        assert_eq!(why(&alike), (1, only, WhyCell::First, true));
        // An earlier, more precise document is not contradicted in itself.
        let mut later = history(&[(512, 0), (500, -2)]);
        later.push(observation(2, 2, 1, Rank::Prose, (700, -2)));
        let expected = (0, WhyDocument::MorePrecise, WhyCell::Only, false);
        assert_eq!(why(&later), expected);
        assert!(shown(&later, |a, b| a.cmp(&b)).unwrap().conflicting);
    }
}
