//! Tags that are not one metric.

use std::fmt;

use serde::Serialize;

use super::metric::MetricPath;
use super::period::Period;

/// Two tags of a standard metric under which a company gave different figures for one period: it means different things by
/// them, so that figures of the one are not reckoned with figures of the other.
///
/// Printed as `us_gaap.revenues.flow and us_gaap.sales_revenue_net.flow disagree for 2015-01-01..2015-12-31`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct TagsDisagree {
    /// The metric of one tag: that of the later figure of a change.
    pub metric: MetricPath,
    /// That of the other.
    pub other: MetricPath,
    /// The last period for which they disagree.
    pub period: Period,
}

impl fmt::Display for TagsDisagree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            metric,
            other,
            period,
        } = self;
        f.pad(&format!("{metric} and {other} disagree for {period}"))
    }
}
