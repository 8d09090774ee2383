//! XML, written so that any text fits: what a document cannot hold is left out.
//!
//! XML 1.0, section 2.2: of control characters only tab, line feed and carriage
//! return may stand in a document, in no form; nor may U+FFFE and U+FFFF.

/// A document as it grows. Elements that are opened are closed by the caller.
#[derive(Debug, Default)]
pub struct Xml(String);

fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Text between tags or in an attribute's quotes.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars().filter(|c| is_char(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}

impl Xml {
    #[must_use]
    pub fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned())
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            self.0.push(' ');
            self.0.push_str(name);
            self.0.push_str("=\"");
            escape(&mut self.0, value);
            self.0.push('"');
        }
    }

    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.0.push('>');
    }

    pub fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push_str(">\n");
    }

    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.0.push_str("/>\n");
    }

    pub fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        escape(&mut self.0, text);
        self.close(name);
    }

    /// The same, without a word where there is none.
    pub fn element_of(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.element(name, &[], text);
        }
    }

    /// An element whose text is HTML, kept readable in a `CDATA` section. The end
    /// of a section in the text is split over two.
    pub fn cdata(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.0.push_str("<![CDATA[");
        let clean: String = text.chars().filter(|c| is_char(*c)).collect();
        self.0.push_str(&clean.replace("]]>", "]]]]><![CDATA[>"));
        self.0.push_str("]]>");
        self.close(name);
    }

    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_fits() {
        let mut xml = Xml::default();
        xml.element("a", &[("b", "\"<&>\u{1}\u{0}")], "x\u{8}\u{ffff}]]>&\r\n\u{1f600}");
        xml.cdata("c", "<p>]]></p>\u{0}\u{b}]]]>");
        assert_eq!(
            xml.finish(),
            "<a b=\"&quot;&lt;&amp;&gt;\">x]]&gt;&amp;&#13;\n\u{1f600}</a>\n\
             <c><![CDATA[<p>]]]]><![CDATA[></p>]]]]]><![CDATA[>]]></c>\n"
        );
    }
}
