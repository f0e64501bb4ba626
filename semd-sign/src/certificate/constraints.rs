//! What an authority's certificate permits the certificates below it (RFC 5280 4.2.1.10, 4.2.1.11, 4.2.1.14).

use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints, PolicyConstraints};

use super::Extensions;

/// Constraints of one authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    /// nameConstraints: directory names, DER, of which a subject must start with one.
    permitted: Vec<Vec<u8>>,
    /// nameConstraints: directory names, DER, with none of which a subject may start.
    excluded: Vec<Vec<u8>>,
    /// policyConstraints: after how many more certificates a policy acceptable to all must remain.
    pub require_explicit_policy: Option<u32>,
    /// inhibitAnyPolicy: after how many more certificates anyPolicy stops matching every policy.
    pub inhibit_any_policy: Option<u32>,
}

/// anyPolicy (RFC 5280 4.2.1.4).
const ANY_POLICY: &str = "2.5.29.32.0";

impl Constraints {
    /// Takes nameConstraints; `false` when a form of name is constrained that is not compared here. Addresses of mail and
    /// hosts are not what a document is signed by, so constraining them constrains nothing here.
    pub(super) fn take_names(&mut self, constraints: &NameConstraints<'_>) -> bool {
        let mut understood = true;
        let mut take = |subtrees: &Option<Vec<GeneralSubtree<'_>>>| {
            let mut names = Vec::new();
            for subtree in subtrees.iter().flatten() {
                match &subtree.base {
                    GeneralName::DirectoryName(name) => names.push(name.as_raw().to_vec()),
                    GeneralName::RFC822Name(_) | GeneralName::DNSName(_) | GeneralName::URI(_) => {}
                    GeneralName::IPAddress(_) => {}
                    _ => understood = false,
                }
            }
            names
        };
        self.permitted = take(&constraints.permitted_subtrees);
        self.excluded = take(&constraints.excluded_subtrees);
        understood
    }

    /// Takes policyConstraints.
    pub(super) fn take_policies(&mut self, constraints: &PolicyConstraints) {
        self.require_explicit_policy = constraints.require_explicit_policy;
    }

    /// Whether a subject with this name (DER) may be certified below.
    pub(crate) fn permit(&self, subject: &[u8]) -> bool {
        let inside = |names: &[Vec<u8>]| names.iter().any(|name| starts_with(subject, name));
        (self.permitted.is_empty() || inside(&self.permitted)) && !inside(&self.excluded)
    }
}

/// Whether the name has all components of `base` at its start.
fn starts_with(name: &[u8], base: &[u8]) -> bool {
    let content = |name| {
        crate::asn1::Reader::single(name, crate::asn1::tag::SEQUENCE).map(|element| element.content).ok()
    };
    match (content(name), content(base)) {
        (Some(name), Some(base)) => name.starts_with(base),
        _ => false,
    }
}

/// Whether names and policies of a chain obey the constraints of its authorities. The chain runs from the leaf to the
/// anchor, whose own constraints count too: whoever pins an anchor pins what it says.
///
/// Policies are followed by intersection; mappings are not understood and refused as critical extensions.
pub(crate) fn are_obeyed(subjects: &[&[u8]], extensions: &[&Extensions], self_issued: &[bool]) -> bool {
    let count = extensions.len();
    let mut explicit_after = None;
    let mut any_until = None;
    // `None`: everything is still acceptable.
    let mut acceptable: Option<Vec<String>> = None;
    // From the anchor down to the leaf.
    for index in (0..count).rev() {
        let own = extensions[index];
        if index + 1 < count {
            let any_counts = any_until.is_none_or(|left| left > 0);
            let any = own.policies.iter().any(|policy| policy == ANY_POLICY) && any_counts;
            if !any {
                acceptable = Some(match acceptable {
                    None => own.policies.clone(),
                    Some(known) => known.into_iter().filter(|policy| own.policies.contains(policy)).collect(),
                });
            }
            if explicit_after == Some(0) && acceptable.as_ref().is_some_and(Vec::is_empty) {
                return false;
            }
        }
        if (0..index).any(|below| {
            // Self-issued certificates inside the chain keep their own name (RFC 5280 6.1.3 (b)).
            !(own.constraints.permit(subjects[below]) || self_issued[below] && below > 0)
        }) {
            return false;
        }
        let tighten =
            |left: Option<u32>, own: Option<u32>| match (left.map(|left| left.saturating_sub(1)), own) {
                (Some(left), Some(own)) => Some(left.min(own)),
                (left, own) => left.or(own),
            };
        explicit_after = tighten(explicit_after, own.constraints.require_explicit_policy);
        any_until = tighten(any_until, own.constraints.inhibit_any_policy);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Writer, tag};

    fn name(parts: &[&str]) -> Vec<u8> {
        Writer::build(|writer| {
            writer.sequence(|name| {
                for part in parts {
                    name.primitive(tag::UTF8_STRING, part.as_bytes());
                }
            });
        })
    }

    fn with(constraints: Constraints, policies: &[&str]) -> Extensions {
        Extensions {
            constraints,
            policies: policies.iter().map(|policy| (*policy).to_owned()).collect(),
            ..Extensions::default()
        }
    }

    #[test]
    fn names_outside_the_permitted_and_inside_the_excluded_subtrees_are_refused() {
        let constraints = Constraints {
            permitted: vec![name(&["RU"])],
            excluded: vec![name(&["RU", "X"])],
            ..Constraints::default()
        };
        for (subject, holds) in [(&["RU", "A"][..], true), (&["RU", "X", "B"], false), (&["KZ"], false)] {
            let (leaf, root) = (name(subject), name(&["root"]));
            let (plain, constrained) = (Extensions::default(), with(constraints.clone(), &[]));
            let obeyed = are_obeyed(&[&leaf, &root], &[&plain, &constrained], &[false, true]);
            assert_eq!(obeyed, holds, "{subject:?}");
        }
    }

    #[test]
    fn explicit_policy_must_survive_the_chain() {
        let demand = Constraints { require_explicit_policy: Some(0), ..Constraints::default() };
        let inhibited = Constraints { inhibit_any_policy: Some(0), ..demand.clone() };
        for (root, middle, leaf, holds) in [
            (&demand, "1.2", "1.2", true),
            (&demand, "1.2", "1.3", false),
            (&demand, ANY_POLICY, "1.3", true),
            (&inhibited, ANY_POLICY, "1.3", false),
            (&Constraints::default(), "1.2", "1.3", true),
        ] {
            let subjects: [&[u8]; 3] = [b"", b"", b""];
            let chain = [
                with(Constraints::default(), &[leaf]),
                with(Constraints::default(), &[middle]),
                with(root.clone(), &[]),
            ];
            let chain: Vec<_> = chain.iter().collect();
            assert_eq!(are_obeyed(&subjects, &chain, &[false; 3]), holds, "{middle} {leaf}");
        }
    }
}
