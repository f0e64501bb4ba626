//! Budgets for schemas.

/// Budgets checked while a schema is compiled. A schema that exceeds one is refused with a named reason.
///
/// The largest official set has 30 files, models of 130 positions and types derived 8 times.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Schema documents read, a document included into two namespaces counted twice. Default 512.
    pub max_files: usize,
    /// Size of one schema document, bytes. Default 16 MiB.
    pub max_file_bytes: usize,
    /// Size of all schema documents read, bytes. Default 512 MiB; all that is kept of their texts must be less than 4 GiB.
    pub max_total_bytes: usize,
    /// Nesting of elements in a schema document, which bounds every recursion over particles and types. Default 64.
    pub max_depth: usize,
    /// Steps of derivation, group references and substitution between two components. Default 64.
    pub max_derivation: usize,
    /// Nesting of model groups, group references and derivations in one content model, and of lists and unions in one
    /// simple type. Default 128.
    pub max_nesting: usize,
    /// Leaves of one content model after its occurrence counts are written out, or members of one union.
    /// Default 10,000.
    pub max_positions: usize,
    /// Transitions of all content models together. Default 4,000,000, about 50 MB.
    pub max_transitions: usize,
    /// Memory of one compiled pattern, bytes. Default 16 MiB: sixty repeated Unicode classes.
    pub max_pattern_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_files: 512,
            max_file_bytes: 16 << 20,
            max_total_bytes: 512 << 20,
            max_depth: 64,
            max_derivation: 64,
            max_nesting: 128,
            max_positions: 10_000,
            max_transitions: 4_000_000,
            max_pattern_bytes: 16 << 20,
        }
    }
}
