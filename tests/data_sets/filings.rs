//! What a filing of a data set means.

use kessan::{
    CalendarNote, DataSet, DataSetOptions, Database, DocumentKind, Figure, FiscalCalendar, Nil,
    Precision, Scope, YearNaming,
};

use super::support::{KAWA, MINATO, ROWS, SUB, TAG, all, num, of_num, of_rows, open, told};

const MINATO_TOLD: [&str; 7] = [
    "CIK0000000123 cik0000000123.stores.count, shares ~2025-03-31/0q = 140",
    "CIK0000000123 us_gaap.assets.stock, USD ~2025-03-31/0q = -7.25",
    "CIK0000000123 us_gaap.commitments_and_contingencies.stock, USD ~2025-03-31/0q = n/a",
    "CIK0000000123 us_gaap.earnings_per_share_basic.per_share, USD/shares ~2025-03-31/1q = 1.35",
    "CIK0000000123 us_gaap.revenues.flow, USD ~2024-03-31/1q = 1,000,000,000",
    "CIK0000000123 us_gaap.revenues.flow, USD ~2025-03-31/1q = 1,250,000,000",
    "CIK0000000123 us_gaap.revenues.flow[business_segments=retail_stores], USD ~2025-03-31/1q = 400,000,000",
];

const KAWA_TOLD: [&str; 4] = [
    "CIK0000000456 cik0000000456.stores.stock, USD ~2025-03-31/0q = 3",
    "CIK0000000456 us_gaap.assets.stock, USD ~2025-03-31/0q = 99.5",
    "CIK0000000456 us_gaap.assets.stock[legal_entity=kawa_pipe], USD ~2025-03-31/0q = 12",
    "CIK0000000456 us_gaap.revenues.flow, USD ~2025-03-31/2q = 500",
];

#[test]
fn filings_come_by_day_whatever_the_order_of_rows() {
    let mut rows = ROWS;
    for _ in 0..ROWS.len() {
        rows.rotate_left(1);
        let set = of_rows(&rows);
        assert_eq!((set.rows(), set.len()), (11, 2));
        assert!(set.refused().is_empty());
        let filings = all(set.strict().unwrap());
        let [minato, kawa] = filings.as_slice() else {
            panic!("two filings");
        };
        assert_eq!(told(minato), MINATO_TOLD);
        assert_eq!(told(kawa), KAWA_TOLD);
        assert!(minato.refused().is_empty() && kawa.refused().is_empty());
        assert_eq!(
            filings,
            all(of_rows(&ROWS)),
            "no place of the file is in a document"
        );
    }
}

#[test]
fn a_filing_is_a_document_of_its_own() {
    let filings = all(of_rows(&ROWS));
    let document = &filings[0].filing().document;
    assert_eq!(document.id.as_str(), format!("CIK0000000123/{MINATO}/fsds"));
    assert_eq!(document.published.to_string(), "2025-05-12");
    assert_eq!(document.kind, DocumentKind::QuarterlyReport);
    assert_eq!(document.issuer, "CIK0000000123");
    assert_eq!(
        filings[1].filing().document.kind,
        DocumentKind::AnnualReport
    );
    assert!(filings[1].filing().document.id.as_str().contains(KAWA));
    let filing = filings[0].filing();
    for (fact, cell) in filing.facts.iter().zip(&filing.cells) {
        assert_eq!(fact.published, document.published);
        assert_eq!(cell.place, "10-Q, fy 2025, fp Q1");
        match &fact.figure {
            Figure::Amount(amount) => assert_eq!(amount.precision(), Precision::Unknown),
            nil => assert_eq!(
                (nil, cell.text.as_str()),
                (&Figure::Nil(Nil::NotApplicable), "")
            ),
        }
    }
    let cell = &filing.cells[6];
    assert_eq!(cell.row, "Revenues, us-gaap/2024");
    assert_eq!(
        cell.column,
        "ddate 20250331, qtrs 1, USD, BusinessSegments=RetailStores;"
    );
    assert_eq!(cell.text, "400000000.0000");
}

#[test]
fn a_null_is_in_no_sum_and_a_part_is_not_the_total() {
    let db = Database::temporary().unwrap();
    for filing in of_rows(&ROWS) {
        db.ingest(filing.unwrap()).unwrap();
    }
    let nil = db.series(
        "CIK0000000123",
        "us_gaap.commitments_and_contingencies.stock",
    );
    let nil = nil.unwrap().at("FY2025 Q1").unwrap().unwrap();
    assert_eq!(nil.to_string(), "FY2025 Q1  n/a  [placed by its month-end]");
    assert!(nil.figure().quantity().is_none());

    let revenue = |scope: Scope| {
        let series = db.series("CIK0000000123", "us_gaap.revenues.flow").unwrap();
        series
            .scope(scope)
            .at("FY2025 Q1")
            .unwrap()
            .unwrap()
            .to_string()
    };
    let marked = "[placed by its month-end]";
    assert_eq!(
        revenue(Scope::total()),
        format!("FY2025 Q1  1,250,000,000 USD  {marked}")
    );
    let part = revenue("business_segments=retail_stores".parse().unwrap());
    assert_eq!(part, format!("FY2025 Q1  400,000,000 USD  {marked}"));
    let eps = db.series(
        "CIK0000000123",
        "us_gaap.earnings_per_share_basic.per_share",
    );
    let eps = eps.unwrap().at("FY2025 Q1").unwrap().unwrap();
    assert_eq!(
        eps.to_string(),
        format!("FY2025 Q1  1.35 USD/shares  {marked}")
    );
    // Half a year that ends in March, where years end in September.
    let half = db
        .series("CIK0000000456", "us_gaap.revenues.flow")
        .unwrap()
        .at("1H2025");
    assert_eq!(
        half.unwrap().unwrap().period().to_string(),
        "~2025-03-31/2q"
    );

    let change = db
        .series("CIK0000000123", "us_gaap.revenues.flow")
        .unwrap()
        .load()
        .unwrap();
    let change = change.yoy("FY2025 Q1").unwrap().unwrap();
    assert!(change.to_string().contains("+25.0%"), "{change}");

    // A second time, nothing is new.
    for filing in of_rows(&ROWS) {
        assert!(db.ingest(filing.unwrap()).unwrap().unchanged());
    }
}

#[test]
fn tags_of_companies_are_their_own() {
    // Both companies have a tag Stores: shares of one, money of the other.
    let filings = all(of_rows(&ROWS));
    let path = |nth: usize| filings[nth].filing().facts[0].series.metric.to_string();
    assert_eq!(path(0), "cik0000000123.stores.count");
    assert_eq!(path(1), "cik0000000456.stores.stock");
    // A version that is another filing's says nothing of this one.
    let other = ROWS[9].replacen(KAWA, MINATO, 1);
    let filings = all(of_rows(&[&other]));
    assert_eq!(filings[0].refused().len(), 1);
    let refused = filings[0].refused()[0].to_string();
    assert!(refused.contains("nor this filing"), "{refused}");
}

#[test]
fn columns_stand_in_any_order_and_new_ones_are_reported() {
    let shuffle = |text: &str, order: &[usize]| -> String {
        let line = |line: &str| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cells: Vec<&str> = order.iter().map(|at| cells[*at]).collect();
            cells.join("\t") + "\n"
        };
        text.lines().map(line).collect()
    };
    let rows = num(&ROWS);
    let sub = shuffle(SUB, &[8, 1, 3, 2, 0, 4, 7, 6, 5]);
    let tag = shuffle(TAG, &[8, 7, 6, 5, 4, 3, 2, 1, 0]);
    let turned = shuffle(&rows, &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    let set = open(sub.as_bytes(), tag.as_bytes(), turned.as_bytes()).unwrap();
    assert!(set.layout().unknown_columns.is_empty());
    let missing: Vec<&str> = set.layout().missing_columns.iter().map(|m| m.1).collect();
    assert_eq!(missing.len(), 27, "sub.txt has 36 columns, here 9");
    assert!(missing.contains(&"afs"));
    assert_eq!(all(set), all(of_rows(&ROWS)));

    // An older layout has neither segments nor footnotes.
    let plain: Vec<&str> = ROWS.into_iter().filter(|row| !row.contains('=')).collect();
    let older = shuffle(&num(&plain), &[0, 1, 2, 7, 3, 4, 5, 8]);
    let set = of_num(&older, &DataSetOptions::new()).unwrap();
    let missing = &set.layout().missing_columns;
    assert!(
        missing.contains(&("num.txt", "segments")) && missing.contains(&("num.txt", "footnote"))
    );
    assert_eq!(all(set).iter().map(|f| told(f).len()).sum::<usize>(), 9);

    // A newer one has a column that nobody knows: reported, and rows with something in it are refused.
    let lines = rows.lines().enumerate();
    let newer: String = lines
        .map(|(nth, line)| match nth {
            0 => format!("{line}\tdcml\n"),
            1 => format!("{line}\t-6\n"),
            _ => format!("{line}\t\n"),
        })
        .collect();
    let set = of_num(&newer, &DataSetOptions::new()).unwrap();
    assert_eq!(
        set.layout().unknown_columns,
        [("num.txt", "dcml".to_owned())]
    );
    assert!(
        set.layout()
            .to_string()
            .contains("num.txt: the column \"dcml\" is not known")
    );
    let filings = all(set);
    assert_eq!(told(&filings[0]).len(), 6);
    let refused = filings[0].refused()[0].to_string();
    assert!(
        refused.starts_with("s.zip: num.txt, line 2, text"),
        "{refused}"
    );
    assert!(
        refused.ends_with("the column \"dcml\" is not known, and it is not empty"),
        "{refused}"
    );
    let ignored = of_num(&newer, &DataSetOptions::new().ignore("dcml")).unwrap();
    assert_eq!(ignored.layout().unknown_columns.len(), 1);
    let facts = |filings: &[kessan::DataSetFiling]| -> Vec<_> {
        filings
            .iter()
            .map(|filing| filing.filing().clone())
            .collect()
    };
    assert_eq!(facts(&all(ignored)), facts(&all(of_rows(&ROWS))));
}

#[test]
fn calendars_are_inferred_and_can_be_given() {
    let filings = all(of_rows(&ROWS));
    assert_eq!(filings[0].company().name, "MINATO FOODS INC");
    assert_eq!(
        filings[1].calendar_notes(),
        [CalendarNote::RoundedYearEnd { month: 9 }]
    );
    let calendar = &filings[1].company().calendar;
    let quarter = calendar.place(&"~2024-12-31/1q".parse().unwrap()).unwrap();
    assert_eq!(calendar.label(quarter.fiscal), "FY2025 Q1");

    // Two filings of one company: the later one names it; a filing without a year end asks the others.
    let later = format!(
        "{SUB}0000000123-25-000002\t0123\tMINATO GROUP INC\t\t10-Q/A\t\t\t\t20250630\n\
                         0000000123-25-000003\t123\tMINATO INC\t0531\t8-K\t\t\t\t20250513\n"
    );
    let set = open(later.as_bytes(), TAG.as_bytes(), num(&ROWS).as_bytes()).unwrap();
    let filings = all(set);
    assert_eq!(filings.len(), 4);
    for nth in [0, 1, 3] {
        assert_eq!(filings[nth].company().name, "MINATO GROUP INC", "{nth}");
        let notes = filings[nth].calendar_notes();
        assert_eq!(
            notes,
            [
                CalendarNote::RoundedYearEnd { month: 5 },
                CalendarNote::OtherMonth { month: 12 },
            ]
        );
    }
    assert!(
        filings[3].filing().facts.is_empty(),
        "a filing may have no rows"
    );

    let silent = SUB.replace("1231", "");
    let set = open(silent.as_bytes(), TAG.as_bytes(), num(&ROWS).as_bytes()).unwrap();
    let filing = all(set).remove(0);
    assert_eq!(filing.calendar_notes(), [CalendarNote::NoYearEnd]);

    let mut own = filing.company().clone();
    own.id = "minato".parse().unwrap();
    own.name = "Minato Foods".into();
    own.calendar = FiscalCalendar::month_end(12, YearNaming::End).unwrap();
    let filing = filing.with_company(own);
    assert!(filing.calendar_notes().is_empty());
    assert_eq!(filing.filing().document.issuer, "CIK0000000123");
    let db = Database::temporary().unwrap();
    db.ingest(filing).unwrap();
    let point = db
        .series("minato", "us_gaap.revenues.flow")
        .unwrap()
        .at("1Q25")
        .unwrap();
    assert_eq!(point.unwrap().period().to_string(), "~2025-03-31/1q");
}

#[test]
fn a_filing_can_be_taken_whole_or_not_at_all() {
    let mut rows = ROWS;
    rows[0] = "0000000123-25-000001\tRevenues\tus-gaap/2024\t20250331\t1\tUSD\t\t\t1e9\t";
    let filings: Vec<_> = of_rows(&rows)
        .map(|filing| filing.unwrap().strict())
        .collect();
    let error = filings[0].as_ref().unwrap_err();
    assert!(
        error.to_string().starts_with("s.zip: num.txt, line 2, "),
        "{error}"
    );
    assert!(filings[1].is_ok());
    assert!(DataSet::open("/nowhere/2009q3.zip").is_err());
    let folder = tempfile::tempdir().unwrap();
    let error = DataSet::open(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("is not a regular file"), "{error}");
}
