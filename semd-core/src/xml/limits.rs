//! Named limits on untrusted documents.

/// Limits checked while a document is read. Exceeding one is a finding, not an error of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Size of the file, bytes. Default 64 MiB: twice the largest document with attachments seen in practice.
    pub max_bytes: usize,
    /// Nesting depth of elements. Default 512; official documents stay below 40.
    pub max_depth: usize,
    /// Attributes of one element, namespace declarations not counted. Default 256; official documents stay below 20.
    pub max_attributes: usize,
    /// Namespace declarations of one element; sixteen times as many may be in scope. Default 64.
    pub max_namespaces: usize,
    /// Elements, attributes, namespace declarations, text nodes, comments and processing instructions together. Default 3,000,000, which bounds the tree to about 120 MB.
    pub max_nodes: usize,
    /// One text node or attribute value, bytes. Default 48 MiB: attachments are base64 in one text node.
    pub max_text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_depth: 512,
            max_attributes: 256,
            max_namespaces: 64,
            max_nodes: 3_000_000,
            max_text_bytes: 48 << 20,
        }
    }
}
