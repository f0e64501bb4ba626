//! Charts: drawn by this program as inline SVG. Words and numbers stand beside them as text, so that they can be read on
//! a phone and aloud.

use semd_core::html::Html;

/// Width and height of a chart of columns, units of its own.
const WIDTH: u64 = 600;
const HEIGHT: u64 = 120;

/// A bar as long as its share of the largest value.
pub(super) fn bar(html: &mut Html, value: u64, largest: u64, class: &str) {
    let share = (1000 * value).div_ceil(largest.max(1)).min(1000);
    html.markup(
        "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect",
    );
    html.value("class", class);
    html.value("width", &share.to_string());
    html.markup(" height=\"10\"/></svg>");
}

/// One column a value, the largest as high as the chart; each says its own title.
pub(super) fn columns(html: &mut Html, label: &str, values: &[(String, u64)]) {
    let largest = values.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    let step = WIDTH / values.len().max(1) as u64;
    html.markup("<svg class=\"columns\" preserveAspectRatio=\"none\" role=\"img\"");
    html.value("viewBox", &format!("0 0 {} {HEIGHT}", step * values.len().max(1) as u64));
    html.value("aria-label", label);
    html.markup(">");
    for (index, (title, value)) in values.iter().enumerate() {
        let height = (HEIGHT * value).div_ceil(largest);
        html.markup("<rect");
        html.value("x", &(step * index as u64).to_string());
        html.value("y", &(HEIGHT - height).to_string());
        html.value("width", &(step.max(4) - 3).to_string());
        html.value("height", &height.to_string());
        html.element("><title>", title, "</title></rect>");
    }
    html.markup("</svg>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_small_values_are_seen() {
        let drawn = |value, largest| {
            let mut html = Html::default();
            bar(&mut html, value, largest, "x");
            html.finish()
        };
        assert!(drawn(50, 100).contains("width=\"500\""));
        assert!(drawn(1, 1_000_000).contains("width=\"1\""), "one of a million is seen");
        assert!(drawn(0, 0).contains("width=\"0\""));
    }

    #[test]
    fn columns_stay_inside_the_chart() {
        let mut html = Html::default();
        columns(&mut html, "d", &[("a".into(), 0), ("b".into(), 3), ("<c>".into(), 6)]);
        let svg = html.finish();
        assert!(svg.contains("viewBox=\"0 0 600 120\""), "{svg}");
        assert!(svg.contains("y=\"60\" width=\"197\" height=\"60\"><title>b"), "{svg}");
        assert!(svg.contains("&lt;c&gt;"));
    }
}
