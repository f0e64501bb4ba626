//! Wildcards: which namespaces they let in (XML Schema 1.0 part 1, section 3.10).

use serde::{Deserialize, Serialize};

use super::names::Namespace;

/// How far what matches a wildcard is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Process {
    /// Not at all.
    Skip,
    /// Where there is a declaration.
    Lax,
    /// There must be a declaration.
    Strict,
}

/// The namespaces a wildcard lets in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Allowed {
    /// `##any`.
    Any,
    /// `##other`: neither this namespace nor none.
    Not(Namespace),
    /// These; [`Namespace::ABSENT`] stands for none.
    Set(Vec<Namespace>),
}

/// `xs:any` or `xs:anyAttribute`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wildcard {
    pub(super) allowed: Allowed,
    pub(super) process: Process,
}

impl Allowed {
    pub(super) fn admits(&self, namespace: Namespace) -> bool {
        match self {
            Self::Any => true,
            Self::Not(target) => namespace != *target && namespace != Namespace::ABSENT,
            Self::Set(namespaces) => namespaces.contains(&namespace),
        }
    }

    /// What both let in (section 3.10.6, attribute wildcard intersection); `None` where it cannot be expressed.
    pub(super) fn intersection(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Any, one) | (one, Self::Any) => one.clone(),
            (Self::Set(set), one) | (one, Self::Set(set)) => {
                Self::Set(set.iter().copied().filter(|&namespace| one.admits(namespace)).collect())
            }
            (Self::Not(a), Self::Not(b)) if a == b || *b == Namespace::ABSENT => Self::Not(*a),
            (Self::Not(a), Self::Not(b)) if *a == Namespace::ABSENT => Self::Not(*b),
            (Self::Not(_), Self::Not(_)) => return None,
        })
    }

    /// What either lets in (section 3.10.6, attribute wildcard union); `None` where it cannot be expressed.
    pub(super) fn union(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::Set(a), Self::Set(b)) => {
                let mut both = a.clone();
                both.extend(b.iter().filter(|namespace| !a.contains(namespace)));
                Self::Set(both)
            }
            (Self::Not(a), Self::Not(b)) => Self::Not(if a == b { *a } else { Namespace::ABSENT }),
            (Self::Not(target), Self::Set(set)) | (Self::Set(set), Self::Not(target)) => {
                match (set.contains(target), set.contains(&Namespace::ABSENT)) {
                    (true, true) => Self::Any,
                    (true, false) => Self::Not(Namespace::ABSENT),
                    (false, true) if *target != Namespace::ABSENT => return None,
                    (false, _) => Self::Not(*target),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Namespace = Namespace(1);
    const B: Namespace = Namespace(2);

    #[test]
    fn other_lets_in_neither_the_target_nor_no_namespace() {
        let other = Allowed::Not(A);
        assert!(other.admits(B));
        assert!(other.admits(Namespace::UNKNOWN));
        assert!(!other.admits(A));
        assert!(!other.admits(Namespace::ABSENT));
    }

    #[test]
    fn union_and_intersection_follow_the_specification() {
        let set = Allowed::Set(vec![A, Namespace::ABSENT]);
        assert_eq!(Allowed::Not(A).union(&set), Some(Allowed::Any));
        assert_eq!(Allowed::Not(B).intersection(&set), Some(Allowed::Set(vec![A])));
        assert_eq!(Allowed::Not(A).intersection(&Allowed::Not(B)), None);
        assert_eq!(Allowed::Not(B).union(&set), None);
        assert_eq!(Allowed::Any.intersection(&set), Some(set));
    }
}
