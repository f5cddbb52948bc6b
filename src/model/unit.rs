//! Units. Nothing of different unit is added or compared.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ModelError;

/// The three-letter code of a currency (ISO 4217).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The active codes of ISO 4217, and those of the currencies that the euro replaced.
const ISO_4217: &str = "AED AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BEF BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CYP CZK DEM DJF DKK DOP DZD EEK EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEL GHS GIP GMD GNF GRD GTQ GYD HKD HNL HRK HTG HUF IDR IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LUF LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MTL MUR MVR MWK MXN MYR MZN NAD NGN NIO NLG NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PTE PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SIT SKK SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL";

impl Currency {
    /// Japanese yen.
    pub const JPY: Currency = Currency(*b"JPY");
    /// United States dollar.
    pub const USD: Currency = Currency(*b"USD");

    /// The code, such as `JPY`.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl FromStr for Currency {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        <[u8; 3]>::try_from(text.as_bytes())
            .ok()
            .filter(|_| ISO_4217.split(' ').any(|code| code == text))
            .map(Currency)
            .ok_or_else(|| ModelError::Unit { text: text.into() })
    }
}

impl TryFrom<String> for Currency {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What a figure counts. Figures are kept in base units: yen, not millions of yen.
///
/// Printed and parsed as `JPY`, `JPY/share`, `JPY/USD`, `contracts`, `Gbps`, `%`, `pure`.
///
/// ```
/// use kessan::{Dimension, Unit};
/// let unit: Unit = "JPY/share".parse()?;
/// assert_eq!(unit.dimension(), Dimension::MoneyPer);
/// assert_eq!(unit.to_string(), "JPY/share");
/// # Ok::<(), kessan::ModelError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Unit {
    /// An amount of money.
    Money(Currency),
    /// Money for each of something: `JPY/share`, `JPY/USD`.
    MoneyPer(Currency, Noun),
    /// A number of things: `shares`, `contracts`, `employees`.
    Count(Noun),
    /// Bandwidth: `Gbps`.
    Bandwidth(Noun),
    /// Per cent; a change of such a figure is in percentage points.
    Percent,
    /// A number without a unit (XBRL `pure`).
    Pure,
}

/// The counted thing in a [`Unit`]: a word of letters, digits, `-` and `_`, at most 64 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Noun(Arc<str>);

impl Noun {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The word for one of them: `share` of `shares`. A word that ends in a capital letter, such as `ADS`, has one form.
    pub(crate) fn singular(&self) -> Noun {
        let word = self.as_str();
        let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
        let cut = |letters: usize| word.get(..word.len() - letters).unwrap_or(word).to_owned();
        let singular = if word.ends_with("ies") {
            cut(3) + "y"
        } else if ends(&["sses", "xes", "ches", "shes"]) {
            cut(2)
        } else if word.len() > 1 && word.ends_with('s') && !word.ends_with("ss") {
            cut(1)
        } else {
            word.to_owned()
        };
        Noun(singular.into())
    }

    /// The word for many of them: `shares` of `share`, and of `shares`.
    pub(crate) fn plural(&self) -> Noun {
        let word = self.as_str();
        let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
        let capital = word.ends_with(|c: char| !c.is_ascii_lowercase());
        if capital || self.singular() != *self {
            return self.clone();
        }
        let after_consonant = !ends(&["ay", "ey", "oy", "uy"]);
        let plural = match word.strip_suffix('y') {
            Some(stem) if after_consonant => format!("{stem}ies"),
            _ if ends(&["ss", "x", "ch", "sh"]) => format!("{word}es"),
            _ => format!("{word}s"),
        };
        Noun(plural.into())
    }
}

impl FromStr for Noun {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let fits = text.len() <= 64
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if fits {
            Ok(Noun(text.into()))
        } else {
            Err(ModelError::Unit { text: text.into() })
        }
    }
}

/// The class of a [`Unit`], which a metric fixes for all companies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// An amount of money, in any currency.
    Money,
    /// Money for each of something.
    MoneyPer,
    /// A number of things.
    Count,
    /// Bandwidth.
    Bandwidth,
    /// Per cent.
    Percent,
    /// A number without a unit.
    Pure,
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Dimension::Money => "money",
            Dimension::MoneyPer => "money_per",
            Dimension::Count => "count",
            Dimension::Bandwidth => "bandwidth",
            Dimension::Percent => "percent",
            Dimension::Pure => "pure",
        })
    }
}

const BANDWIDTHS: [&str; 5] = ["bps", "kbps", "Mbps", "Gbps", "Tbps"];

impl Unit {
    /// The class of this unit.
    #[must_use]
    pub fn dimension(&self) -> Dimension {
        match self {
            Unit::Money(_) => Dimension::Money,
            Unit::MoneyPer(..) => Dimension::MoneyPer,
            Unit::Count(_) => Dimension::Count,
            Unit::Bandwidth(_) => Dimension::Bandwidth,
            Unit::Percent => Dimension::Percent,
            Unit::Pure => Dimension::Pure,
        }
    }

    /// The currency, where there is one.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        match self {
            Unit::Money(currency) | Unit::MoneyPer(currency, _) => Some(*currency),
            _ => None,
        }
    }
}

impl FromStr for Unit {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        if text == "%" {
            return Ok(Unit::Percent);
        }
        if text == "pure" {
            return Ok(Unit::Pure);
        }
        if BANDWIDTHS.contains(&text) {
            return Ok(Unit::Bandwidth(text.parse()?));
        }
        if let Some((money, per)) = text.split_once('/') {
            return Ok(Unit::MoneyPer(money.parse()?, per.parse()?));
        }
        match text.parse::<Currency>() {
            Ok(currency) => Ok(Unit::Money(currency)),
            Err(_) => Ok(Unit::Count(text.parse()?)),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unit::Money(currency) => f.pad(currency.code()),
            Unit::MoneyPer(currency, per) => f.pad(&format!("{currency}/{}", per.0)),
            Unit::Count(noun) | Unit::Bandwidth(noun) => f.pad(&noun.0),
            Unit::Percent => f.pad("%"),
            Unit::Pure => f.pad("pure"),
        }
    }
}

impl TryFrom<String> for Unit {
    type Error = ModelError;
    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_one_and_for_many() {
        for (one, many) in [
            ("share", "shares"),
            ("subsidiary", "subsidiaries"),
            ("day", "days"),
            ("address", "addresses"),
            ("box", "boxes"),
            ("ADS", "ADS"),
        ] {
            let noun = |word: &str| word.parse::<Noun>().unwrap();
            assert_eq!(noun(many).singular(), noun(one));
            assert_eq!(noun(one).singular(), noun(one));
            assert_eq!(noun(one).plural(), noun(many));
            assert_eq!(noun(many).plural(), noun(many));
        }
        assert_eq!("ADSs".parse::<Noun>().unwrap().singular().as_str(), "ADS");
        assert_eq!("s".parse::<Noun>().unwrap().singular().as_str(), "s");
    }

    #[test]
    fn units_read_back_as_they_print() {
        for text in [
            "JPY",
            "USD/shares",
            "JPY/USD",
            "contracts",
            "ADS",
            "Gbps",
            "%",
            "pure",
        ] {
            assert_eq!(text.parse::<Unit>().unwrap().to_string(), text);
        }
        assert_eq!("ADS".parse::<Unit>().unwrap().dimension(), Dimension::Count);
        for bad in [
            "",
            "JPY/",
            "/share",
            "yen per share",
            "ADS/share",
            "1share",
            "円",
        ] {
            assert!(bad.parse::<Unit>().is_err(), "{bad}");
        }
    }
}
