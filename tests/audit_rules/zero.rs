//! Zeros and signs where a last digit decides.

use kessan::Class;

use super::draft::{THIS, draft, total};

#[test]
fn zero_has_no_sign_to_contradict() {
    // The parts make zero, give or take one.
    for (parts, whole, class) in [
        (["1000", "-1000"], "0", Class::Consistent),
        (["1000", "-1000"], "2", Class::LastDigit),
        (["1000", "-1000"], "-2", Class::LastDigit),
        (["1000", "-1000"], "3", Class::Irreconcilable),
        (["1000", "-998"], "0", Class::LastDigit),
        // 1 to 3, and -1: a last digit away, on the other side of zero.
        (["1000", "-999"], "-1", Class::Irreconcilable),
    ] {
        let audit = total(parts, whole).audit();
        assert_eq!(audit.relations()[0].class, class, "{parts:?} {whole}");
    }
    for (one, other, class) in [
        ("0", "1", Class::LastDigit),
        ("1", "0", Class::LastDigit),
        ("-1", "0", Class::LastDigit),
        ("0", "2", Class::Irreconcilable),
        ("1", "-1", Class::Irreconcilable),
    ] {
        let audit = draft()
            .fact("s", "income", THIS, one)
            .fact("t", "income", THIS, other)
            .audit();
        assert_eq!(audit.relations()[0].class, class, "{one} {other}");
    }
}
