//! The equations between the printed figures of a document, for the reckoning.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{
    Claim, Company, FactKey, Identity, Leaf, LeafKind, MetricKind, Operand, Period, PeriodKind,
    Rank, SeriesKey, Unit,
};

use super::reckoning::{Equation, Printed, Right, Slot};

/// What determines what.
pub(super) struct Redundancy {
    pub(super) printed: Vec<Printed>,
    pub(super) equations: Vec<Equation>,
    /// Pairs of printings of one fact or claim.
    pub(super) pairs: Vec<(usize, usize)>,
}

impl Redundancy {
    pub(super) fn of(release: &crate::Release, others: &[&crate::Release]) -> Self {
        let mut builder = Builder {
            company: release.company(),
            metrics: release.metrics(),
            published: release.document().published,
            printed: Vec::new(),
            facts: BTreeMap::new(),
            claims: Vec::new(),
            equations: Vec::new(),
        };
        builder.add(release, true);
        for other in others {
            builder.add(other, false);
        }
        builder.claims();
        builder.beside();
        builder.identities();
        builder.tilings();
        Self {
            pairs: builder.pairs(),
            printed: builder.printed,
            equations: builder.equations,
        }
    }
}

struct Builder<'a> {
    company: &'a Company,
    metrics: &'a [crate::Metric],
    published: NaiveDate,
    printed: Vec<Printed>,
    /// Facts with the printings of the document, and with those of others.
    facts: BTreeMap<FactKey, (Vec<usize>, Vec<usize>)>,
    claims: Vec<(Claim, usize)>,
    equations: Vec<Equation>,
}

impl Builder<'_> {
    fn add(&mut self, release: &crate::Release, own: bool) {
        let document = release.document();
        for (number, printed) in (0..).zip(release.figures()) {
            let at = self.printed.len();
            let (figure, published, rank) = match &printed.role {
                crate::Role::Fact {
                    fact,
                    figure,
                    published,
                } => {
                    let entry = self.facts.entry(fact.clone()).or_default();
                    if own { &mut entry.0 } else { &mut entry.1 }.push(at);
                    (figure, *published, Some(printed.rank))
                }
                crate::Role::Check { claim, figure } if own => {
                    self.claims.push((claim.clone(), at));
                    (figure, document.published, None)
                }
                _ => continue,
            };
            let cell = &printed.cell;
            self.printed.push(Printed {
                number: own.then_some(number),
                document: (published, document.id.to_string()),
                place: cell.place.clone(),
                column: cell.column.clone(),
                prose: printed.rank == Rank::Prose,
                rank,
                published,
                scale: cell.scale,
                figure: figure.clone(),
            });
        }
    }

    fn kind(&self, metric: &crate::MetricPath) -> Option<MetricKind> {
        let mut metrics = self.metrics.iter();
        Some(metrics.find(|known| known.path == *metric)?.kind)
    }

    /// Of some printings those of the last day up to one.
    fn latest(&self, printings: &[usize], by: NaiveDate) -> Vec<usize> {
        let known = || {
            printings
                .iter()
                .filter(|at| self.printed[**at].published <= by)
        };
        let last = known().map(|at| &self.printed[*at].document).max();
        known()
            .filter(|at| Some(&self.printed[**at].document) == last)
            .copied()
            .collect()
    }

    fn slot(&self, fact: &FactKey, place: &str, by: NaiveDate) -> Option<Slot> {
        let printings = self.latest(&self.facts.get(fact)?.0, by);
        let beside = printings
            .iter()
            .find(|at| self.printed[**at].place == place);
        let beside = beside.copied();
        (!printings.is_empty()).then_some(Slot { printings, beside })
    }

    fn operand(&self, operand: &Operand, place: &str, by: NaiveDate) -> Option<Slot> {
        let is_it = |fact: &&FactKey| {
            let series = &fact.series;
            (
                &series.company,
                &series.metric,
                series.scenario,
                &series.scope,
                fact.period,
            ) == (
                &operand.company,
                &operand.metric,
                operand.scenario,
                &operand.scope,
                operand.period,
            )
        };
        let facts: Vec<&FactKey> = self.facts.keys().filter(is_it).collect();
        let own: Vec<Slot> = facts
            .iter()
            .filter_map(|fact| self.slot(fact, place, by))
            .collect();
        let elsewhere = facts.iter().filter_map(|fact| {
            let printings = self.latest(&self.facts[*fact].1, by);
            (!printings.is_empty()).then_some(Slot {
                printings,
                beside: None,
            })
        });
        let elsewhere: Vec<Slot> = elsewhere.collect();
        match (own.as_slice(), elsewhere.as_slice()) {
            ([slot], _) | ([], [slot]) => Some(slot.clone()),
            _ => None,
        }
    }

    fn claims(&mut self) {
        for (claim, subject) in &self.claims {
            let place = &self.printed[*subject].place;
            let known = |operand: &Operand, by| self.operand(operand, place, by);
            let today = self.published;
            let (right, slots) = match claim {
                Claim::Growth { of, over } => {
                    (Right::Growth, vec![known(of, today), known(over, today)])
                }
                Claim::Difference { of, over } => (
                    Right::Difference,
                    vec![known(of, today), known(over, today)],
                ),
                Claim::Share { part, whole } => {
                    (Right::Share, vec![known(part, today), known(whole, today)])
                }
                Claim::Translation { of, rate, .. } => (Right::Rate(*rate), vec![known(of, today)]),
                Claim::Revision { of, from, to } => {
                    (Right::Difference, vec![known(of, *to), known(of, *from)])
                }
            };
            if let Some(slots) = slots.into_iter().collect() {
                self.equations.push(Equation {
                    subject: *subject,
                    right,
                    slots,
                });
            }
        }
    }

    /// Growth rates beside differences, where one of the two figures is not printed.
    fn beside(&mut self) {
        for (claim, subject) in &self.claims {
            let Claim::Growth { of, over } = claim else {
                continue;
            };
            let place = &self.printed[*subject].place;
            let difference = self.claims.iter().find(|(other, at)| {
                matches!(other, Claim::Difference { of: a, over: b } if (a, b) == (of, over))
                    && self.printed[*at].place == *place
            });
            let Some((_, difference)) = difference else {
                continue;
            };
            let difference = Slot {
                printings: vec![*difference],
                beside: Some(*difference),
            };
            let known = |operand: &Operand| self.operand(operand, place, self.published);
            let (right, slots) = match (known(of), known(over)) {
                (Some(of), None) => (Right::GrowthByDifference, vec![of, difference]),
                (None, Some(over)) => (Right::DifferenceOverBase, vec![difference, over]),
                _ => continue,
            };
            self.equations.push(Equation {
                subject: *subject,
                right,
                slots,
            });
        }
    }

    /// Two printings of one fact on one day, or of one claim.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        let mut every = |alike: &[usize]| {
            for (nth, a) in alike.iter().enumerate() {
                let same_day =
                    |b: &&usize| self.printed[*a].published == self.printed[**b].published;
                pairs.extend(alike[nth + 1..].iter().filter(same_day).map(|b| (*a, *b)));
            }
        };
        for (own, _) in self.facts.values() {
            every(own);
        }
        for (nth, (claim, at)) in self.claims.iter().enumerate() {
            for (other, beside) in &self.claims[nth + 1..] {
                if other == claim {
                    every(&[*at, *beside]);
                }
            }
        }
        pairs
    }

    fn identities(&mut self) {
        let mut found = Vec::new();
        for identity in &self.company.identities {
            for (left, (own, _)) in &self.facts {
                if own.is_empty()
                    || (&left.series.metric, &left.series.scope)
                        != (&identity.metric, &identity.scope)
                {
                    continue;
                }
                for period in self.periods(identity, left) {
                    found.extend(self.identity(identity, left, own, period));
                }
            }
        }
        self.equations.extend(found);
    }

    /// A stock that flows move: at the end of each duration in which they are printed.
    fn periods(&self, identity: &Identity, left: &FactKey) -> Vec<Period> {
        let leaves = identity.equals.leaves();
        let moves = leaves.iter().any(|leaf| {
            leaf.of != LeafKind::Plain || self.kind(&leaf.metric) != Some(MetricKind::Stock)
        });
        if left.period.kind() != PeriodKind::Instant || !moves {
            return vec![left.period];
        }
        let mut periods: Vec<Period> = self
            .facts
            .iter()
            .filter(|(fact, (own, _))| {
                !own.is_empty()
                    && fact.period.kind() == PeriodKind::Duration
                    && fact.period.end() == left.period.end()
                    && leaves.iter().any(|leaf| {
                        (&leaf.metric, &leaf.scope) == (&fact.series.metric, &fact.series.scope)
                    })
            })
            .map(|(fact, _)| fact.period)
            .collect();
        periods.sort_unstable();
        periods.dedup();
        if periods.is_empty() {
            periods.push(left.period);
        }
        periods
    }

    fn identity(
        &self,
        identity: &Identity,
        left: &FactKey,
        own: &[usize],
        period: Period,
    ) -> Vec<Equation> {
        let mut leaves: Vec<Leaf> = Vec::new();
        for leaf in identity.equals.leaves() {
            assert!(matches!(leaf.of, LeafKind::Plain | LeafKind::Opening));
            if !leaves.contains(leaf) {
                leaves.push(leaf.clone());
            }
        }
        let right = |leaves: Vec<Leaf>| Right::Expression {
            node: identity.equals.node().clone(),
            leaves,
            percent: left.series.unit == Unit::Percent && identity.equals.to_string().contains('/'),
        };
        let alone = |at: usize| Slot {
            printings: vec![at],
            beside: Some(at),
        };
        let mut equations = Vec::new();
        for subject in own {
            let slots = leaves
                .iter()
                .map(|leaf| self.in_place(leaf, left, period, *subject));
            if let Some(slots) = slots.map(|at| at.map(alone)).collect() {
                equations.push(Equation {
                    subject: *subject,
                    right: right(leaves.clone()),
                    slots,
                });
            }
        }
        if !equations.is_empty() {
            return equations;
        }
        let slots = leaves.iter().map(|leaf| {
            let slots = self.whole_or_parts(leaf, left, period)?;
            Some(slots.into_iter().map(|slot| (leaf.clone(), slot)))
        });
        let finest = own.iter().max_by_key(|at| self.printed[**at].fineness());
        if let (Some(slots), Some(subject)) = (slots.collect::<Option<Vec<_>>>(), finest) {
            let (leaves, slots) = slots.into_iter().flatten().unzip();
            equations.push(Equation {
                subject: *subject,
                right: right(leaves),
                slots,
            });
        }
        equations
    }

    /// The printings of a leaf; of a flow that is printed only in parts of the period, those of the fewest parts.
    fn whole_or_parts(&self, leaf: &Leaf, left: &FactKey, period: Period) -> Option<Vec<Slot>> {
        let slot = |fact: &FactKey| self.slot(fact, "", self.published);
        if let Some(fact) = self.leaf(leaf, left, period) {
            return Some(vec![slot(fact)?]);
        }
        let adds_up = self.kind(&leaf.metric) == Some(MetricKind::Flow);
        if !adds_up || leaf.of == LeafKind::Opening {
            return None;
        }
        let of_leaf = |(fact, (own, _)): &(&FactKey, &(Vec<usize>, Vec<usize>))| {
            let series = &fact.series;
            !own.is_empty()
                && series.scenario == left.series.scenario
                && (&series.metric, &series.scope) == (&leaf.metric, &leaf.scope)
        };
        let facts: Vec<&FactKey> = self.facts.iter().filter(of_leaf).map(|(f, _)| f).collect();
        let periods: Vec<Period> = facts.iter().map(|fact| fact.period).collect();
        let fewest = made_up(period, &periods)
            .into_iter()
            .min_by_key(|parts| (parts.len(), std::cmp::Reverse(parts[0].end())))?;
        let of = |part: Period| slot(facts.iter().find(|fact| fact.period == part)?);
        fewest.into_iter().map(of).collect()
    }

    /// The fact that a leaf means.
    fn leaf(&self, leaf: &Leaf, left: &FactKey, period: Period) -> Option<&FactKey> {
        let period = match leaf.of {
            LeafKind::Opening => period.opening()?,
            _ if self.kind(&leaf.metric) == Some(MetricKind::Stock) => period.closing(),
            _ => period,
        };
        let found = self.facts.iter().find(|(fact, (own, _))| {
            let series = &fact.series;
            !own.is_empty()
                && fact.period == period
                && series.scenario == left.series.scenario
                && (&series.metric, &series.scope) == (&leaf.metric, &leaf.scope)
        });
        found.map(|(fact, _)| fact)
    }

    /// Its printing in the place of another; in a table also the one figure of the column that it can be.
    fn in_place(
        &self,
        leaf: &Leaf,
        left: &FactKey,
        period: Period,
        subject: usize,
    ) -> Option<usize> {
        let subject = &self.printed[subject];
        let here = |at: &&usize| self.printed[**at].place == subject.place;
        if let Some(fact) = self.leaf(leaf, left, period) {
            let mut own = self.facts[fact].0.iter();
            let same_day = |at: &&usize| self.printed[**at].published == subject.published;
            return own.find(|at| here(at) && same_day(at)).copied();
        }
        if subject.prose {
            return None;
        }
        let mut found = self.facts.iter().filter_map(|(fact, (own, _))| {
            let series = &fact.series;
            let means = (&series.metric, &series.scope) == (&leaf.metric, &leaf.scope)
                && fact != left
                && (leaf.of != LeafKind::Opening || fact.period.end() < left.period.end());
            let mut own = own.iter().filter(|_| means);
            own.find(|at| here(at) && self.printed[**at].column == subject.column)
        });
        match (found.next(), found.next()) {
            (Some(at), None) => Some(*at),
            _ => None,
        }
    }

    /// Durations of a flow that shorter ones make up.
    fn tilings(&mut self) {
        let mut series: BTreeMap<&SeriesKey, Vec<Period>> = BTreeMap::new();
        for (fact, (own, _)) in &self.facts {
            let flow = self.kind(&fact.series.metric) == Some(MetricKind::Flow);
            if flow && !own.is_empty() && fact.period.kind() == PeriodKind::Duration {
                series.entry(&fact.series).or_default().push(fact.period);
            }
        }
        let mut found = Vec::new();
        for (key, periods) in series {
            let slot = |period: Period| {
                let series = key.clone();
                self.slot(&FactKey { series, period }, "", self.published)
            };
            for whole in &periods {
                for parts in made_up(*whole, &periods) {
                    let slots = parts.iter().map(|part| slot(*part)).collect();
                    if let (Some(slots), Some(left)) = (slots, slot(*whole)) {
                        // The printing that most speaks for the whole.
                        found.push((left, slots));
                    }
                }
            }
        }
        for (left, slots) in found {
            let subject = left.printings[0];
            self.equations.push(Equation {
                subject,
                right: Right::Sum,
                slots,
            });
        }
    }
}

/// The ways to make up a duration of others, for each of those that begin with it: on with the longest that fits.
fn made_up(whole: Period, periods: &[Period]) -> Vec<Vec<Period>> {
    let mut ways = Vec::new();
    for first in periods.iter().filter(|first| **first != whole) {
        let mut parts = vec![*first];
        let inside = |part: &&Period| part.end() <= whole.end() && **part != whole;
        while parts[parts.len() - 1].end() < whole.end() {
            let next = parts[parts.len() - 1].end().succ_opt();
            let next = periods.iter().filter(inside).filter(|p| p.start() == next);
            match next.max_by_key(|part| part.end()) {
                Some(part) => parts.push(*part),
                None => break,
            }
        }
        if first.start() == whole.start() && parts[parts.len() - 1].end() == whole.end() {
            ways.push(parts);
        }
    }
    ways
}
