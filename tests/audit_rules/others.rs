//! What other documents say, and of other companies.

use kessan::{Claim, Class, Database, Finding, Id, Operand, Relation};

use super::draft::{Draft, THIS, YEAR_AGO, draft, growth, only_claim, operand, share};

fn earlier() -> Draft {
    Draft {
        id: "a",
        published: "2021-07-30",
        ..draft()
    }
}

#[test]
fn figures_of_an_earlier_document_come_with_its_cells() {
    let db = Database::temporary().unwrap();
    let first = earlier()
        .fact("t", "sales", THIS, "400")
        .fact("t", "income", THIS, "100");
    db.ingest(first.package()).unwrap();
    // Both in one period, and of cells with the numbers of cells of the later document.
    let later = draft()
        .fact("t", "income.a", THIS, "7")
        .fact("t", "income.b", THIS, "8")
        .claim("t", "income", share("income", "sales"), "25.0");
    db.ingest(later.package()).unwrap();
    let audit = db.audit("d").unwrap();
    let finding = only_claim(&audit);
    assert_eq!(finding.class, Class::Consistent);
    let used = finding.operands.iter().map(|used| &used.printings[0]);
    let cells: Vec<(&str, &str)> = used
        .map(|printing| (printing.document.as_str(), printing.cell.text.as_str()))
        .collect();
    assert_eq!(cells, [("a", "100"), ("a", "400")]);
}

#[test]
fn claims_about_another_company_use_its_figures() {
    let db = Database::temporary().unwrap();
    let mut other = earlier()
        .fact("t", "sales", THIS, "500")
        .fact("t", "sales", YEAR_AGO, "400")
        .package();
    let id: Id = "e".parse().unwrap();
    other.companies[0].id = id.clone();
    other.companies[0].name = "E".into();
    for fact in &mut other.filings[0].facts {
        fact.series.company = id.clone();
    }
    db.ingest(other).unwrap();
    let of_the_other = |period: &str| Operand {
        company: id.clone(),
        ..operand("sales", period)
    };
    let claim = || Claim::Growth {
        of: of_the_other(THIS),
        over: of_the_other(YEAR_AGO),
    };
    // The document has figures of its own company, claims of the other one, and perhaps of its own, too.
    for (document, own_claim) in [("d", false), ("d2", true)] {
        let table = Draft {
            id: document,
            ..draft()
        };
        let mut table = table
            .fact("t", "sales", THIS, "120")
            .fact("t", "sales", YEAR_AGO, "100")
            .claim("t", "other", claim(), "25.0");
        if own_claim {
            table = table.claim("t", "own", growth("sales", THIS, YEAR_AGO), "20.0");
        }
        db.ingest(table.package()).unwrap();
        let audit = db.audit(document).unwrap();
        let of_claims = |finding: &&Finding| matches!(finding.relation, Relation::Claim(_));
        let claims: Vec<&Finding> = audit.relations().iter().filter(of_claims).collect();
        assert_eq!(claims.len(), 1 + usize::from(own_claim));
        for finding in claims {
            assert_eq!(finding.class, Class::Consistent, "{finding}");
        }
    }
}
