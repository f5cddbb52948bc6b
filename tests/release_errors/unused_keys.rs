//! Keys that their role does not use.

use super::Case;
use crate::common::Folder;

#[allow(clippy::too_many_lines, reason = "a table of cases")]
pub(crate) fn cases() -> Vec<Case> {
    let column = |keys: &str| {
        Folder::third_column(&format!(
            "growth = {{ of = \"2Q2021\", over = \"2Q2020\" }}, {keys}"
        ))
    };
    let growth = |keys: &str| {
        Folder::sentence(&format!(
            "{{ text = \"5.0%\", growth = {{ metric = \"revenue\", period = \"2Q2021\", base = \"1Q2021\" }}, {keys} }}"
        ))
    };
    let words = |keys: &str| {
        Folder::sentence(&format!(
            "{{ qualitative = \"break-even\", unit = \"JPY\", metric = \"revenue\", period = \"2Q2021\", {keys} }}"
        ))
    };
    let unplaced = |keys: &str| {
        Folder::sentence(&format!(
            "{{ text = \"5\", unplaced = \"it breaks off\", {keys} }}"
        ))
    };
    vec![
        (
            "a scenario of a growth column",
            column("scenario = \"target\""),
            &["t1, column \"YoY\": scenario is not used by a growth column"],
        ),
        (
            "a scope of a growth column",
            column("scope = { area = \"west\" }"),
            &["scope is not used by a growth column"],
        ),
        (
            "a unit of a growth column",
            column("unit = \"%\""),
            &["unit is not used by a growth column"],
        ),
        (
            "a scale of a growth column",
            column("scale = \"ones\""),
            &["scale is not used by a growth column"],
        ),
        (
            "a publication of a growth column",
            column("published = 2021-05-01, evidence = \"page 2\""),
            &["published is not used by a growth column"],
        ),
        (
            "a scope of a share column",
            Folder::third_column(
                "share = { of = \"2Q2021\", row = \"Revenue\" }, scope = { area = \"west\" }",
            ),
            &["scope is not used by a share column"],
        ),
        (
            "a unit of a translation column",
            Folder::third_column(
                "translation = { of = \"2Q2021\", currency = \"USD\", rate = \"110.25\" }, unit = \"USD\"",
            ),
            &["unit is not used by a translation column"],
        ),
        (
            "a nil of a column of words",
            Folder::third_column("text = true, nil = \"zero\""),
            &["nil is not used by a column of words"],
        ),
        (
            "a scenario of an unplaced column",
            Folder::third_column("unplaced = \"no heading\", scenario = \"target\""),
            &["scenario is not used by an unplaced column"],
        ),
        (
            "a metric's sign on a heading row",
            Folder::good().edit(
                "manifest.toml",
                "heading = true",
                "heading = true, positive = \"loss\"",
            ),
            &["row \"Revenue:\" (line 2): positive is not used by a heading row"],
        ),
        (
            "cells of a heading row",
            Folder::good().edit(
                "manifest.toml",
                "heading = true",
                "heading = true, cells = { YoY = { nil = \"zero\" } }",
            ),
            &["cells is not used by a heading row"],
        ),
        (
            "a unit of an unplaced row",
            Folder::good().edit(
                "manifest.toml",
                "metric = \"stores\"",
                "unplaced = \"of what?\"",
            ),
            &["row \"Stores\" (line 5): unit is not used by an unplaced row"],
        ),
        (
            "a period of a growth cell",
            Folder::revenue_row("cells = { YoY = { period = \"1Q2021\" } }"),
            &[
                "row \"Revenue\" (line 3), column \"YoY\": period is not used by the figures of this cell",
            ],
        ),
        (
            "a unit of an unplaced cell",
            Folder::revenue_row(
                "cells = { \"2Q2021\" = { unplaced = \"blurred\", unit = \"JPY\" } }",
            ),
            &["column \"2Q2021\": unit is not used by an unplaced cell"],
        ),
        (
            "a period beside a growth rate",
            growth("period = \"2Q2021\""),
            &["p1!1", "period is not used by a growth rate"],
        ),
        (
            "a sign's meaning beside a growth rate",
            growth("positive = \"loss\""),
            &["positive is not used by a growth rate"],
        ),
        (
            "a unit beside a growth rate",
            growth("unit = \"JPY\""),
            &["unit is not used by a growth rate"],
        ),
        (
            "a scale beside a growth rate",
            growth("scale = \"ones\""),
            &["scale is not used by a growth rate"],
        ),
        (
            "a nil beside a growth rate",
            growth("nil = \"zero\""),
            &["nil is not used by a printed number"],
        ),
        (
            "a publication beside a growth rate",
            growth("published = 2021-05-01, evidence = \"page 2\""),
            &["published is not used by a growth rate"],
        ),
        (
            "a direction of a share",
            Folder::sentence(
                "{ text = \"5.0%\", direction = \"up\", share = { metric = \"operating_income\", of = \"revenue\", period = \"2Q2021\" } }",
            ),
            &["direction is not used by a share"],
        ),
        (
            "a direction of a fact",
            Folder::sentence(
                "{ text = \"5.0%\", direction = \"up\", metric = \"margin\", period = \"2Q2021\" }",
            ),
            &["direction is not used by a fact"],
        ),
        (
            "a second scenario of a revision",
            Folder::sentence(
                "{ text = \"JPY0.2 billion\", scenario = \"plan\", revision = { metric = \"revenue\", period = \"FY2021\", scenario = \"target\", from = 2021-05-01, to = 2021-08-10 } }",
            ),
            &["scenario is not used by a revision"],
        ),
        (
            "a unit of a translation of money",
            Folder::sentence(
                "{ text = \"$11.3 million\", unit = \"USD\", translation = { metric = \"revenue\", period = \"2Q2021\", currency = \"USD\", rate = \"110.25\" } }",
            ),
            &["unit is not used by a translation of money"],
        ),
        (
            "decimals of words",
            words("decimals = -6"),
            &["p1!1", "decimals is not used by a qualitative figure"],
        ),
        (
            "a bound of words",
            words("bound = \"at_least\""),
            &["bound is not used by a qualitative figure"],
        ),
        (
            "a range of words",
            words("range = true"),
            &["range is not used by a qualitative figure"],
        ),
        (
            "approximate words",
            words("approximate = true"),
            &["approximate is not used by a qualitative figure"],
        ),
        (
            "a direction of words",
            words("direction = \"up\""),
            &["direction is not used by a qualitative figure"],
        ),
        (
            "a scale of words",
            words("scale = \"ones\""),
            &["scale is not used by a qualitative figure"],
        ),
        (
            "a unit of an unplaced figure",
            unplaced("unit = \"JPY\""),
            &["p1!1", "unit is not used by an unplaced figure"],
        ),
        (
            "a range of an unplaced figure",
            unplaced("range = true"),
            &["range is not used by an unplaced figure"],
        ),
    ]
}
