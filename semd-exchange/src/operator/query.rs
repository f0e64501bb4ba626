//! The filter of the list in the address of a page.

use semd_core::report::Owner;
use serde::Deserialize;

use crate::journal::Filter;

/// Documents on a page.
pub(super) const PAGE: u32 = 50;

/// The fields of the filter form; empty ones do not restrict.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(super) struct ListQuery {
    pub(super) state: String,
    pub(super) code: String,
    pub(super) owner: String,
    pub(super) resend: String,
    pub(super) kind: String,
    pub(super) organization: String,
    pub(super) after: String,
}

impl ListQuery {
    /// The filter, and the fields that are not understood.
    pub(super) fn filter(&self) -> (Filter, Vec<&'static str>) {
        let mut wrong = Vec::new();
        let text = |field: &str| Some(field.trim().to_owned()).filter(|field| !field.is_empty());
        let mut filter = Filter {
            code: text(&self.code),
            kind: text(&self.kind),
            organization: text(&self.organization),
            newest_first: true,
            // One more tells whether there is a next page.
            limit: Some(PAGE + 1),
            ..Filter::default()
        };
        match text(&self.state).map(|word| word.parse()) {
            Some(Ok(state)) => filter.states = vec![state],
            Some(Err(_)) => wrong.push("state"),
            None => {}
        }
        match text(&self.owner).map(|word| Owner::find(&word)) {
            Some(None) => wrong.push("owner"),
            owner => filter.owner = owner.flatten(),
        }
        match text(&self.resend).as_deref() {
            Some("yes") => filter.retryable = Some(true),
            Some("no") => filter.retryable = Some(false),
            Some(_) => wrong.push("resend"),
            None => {}
        }
        match text(&self.after).map(|number| number.parse()) {
            Some(Ok(number)) => filter.after = Some(number),
            Some(Err(_)) => wrong.push("after"),
            None => {}
        }
        (filter, wrong)
    }

    /// The address of the list with this filter.
    pub(super) fn address(&self) -> String {
        let fields = [
            ("state", &self.state),
            ("code", &self.code),
            ("owner", &self.owner),
            ("resend", &self.resend),
            ("kind", &self.kind),
            ("organization", &self.organization),
            ("after", &self.after),
        ];
        let mut address = String::from("/documents");
        let mut join = '?';
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            address.push(join);
            address.push_str(&format!("{name}={}", encoded(value)));
            join = '&';
        }
        address
    }
}

/// Text for the place of a value in an address.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::State;

    #[test]
    fn fields_become_a_filter_and_an_address() {
        let query = ListQuery {
            state: "rejected".into(),
            owner: "clinic".into(),
            resend: "no".into(),
            code: " NO_SNILS ".into(),
            ..ListQuery::default()
        };
        let (filter, wrong) = query.filter();
        assert!(wrong.is_empty());
        assert_eq!((filter.states, filter.owner), (vec![State::Rejected], Some(Owner::Clinic)));
        assert_eq!((filter.retryable, filter.code.as_deref()), (Some(false), Some("NO_SNILS")));
        assert_eq!(query.address(), "/documents?state=rejected&code=%20NO_SNILS%20&owner=clinic&resend=no");
        let wrong = ListQuery { state: "x".into(), after: "y".into(), ..ListQuery::default() };
        assert_eq!(wrong.filter().1, ["state", "after"]);
        assert_eq!(encoded("а&б=/"), "%D0%B0%26%D0%B1%3D%2F");
    }
}
