//! What the known widgets are called, in the languages that have a translation.

use super::Kind;

/// The title of a widget in a language: by its whole tag, then its first part,
/// else in English. Traditional Chinese is told by region or script.
pub fn title(kind: Kind, language: &str) -> &'static str {
    let column = match language {
        "zh-TW" | "zh-HK" | "zh-MO" => 2,
        tag if tag.starts_with("zh-Hant") => 2,
        tag => match tag.split('-').next().unwrap_or_default() {
            "zh" => 1,
            "ja" => 3,
            "de" => 4,
            "fr" => 5,
            "es" => 6,
            _ => 0,
        },
    };
    let titles: [&'static str; 7] = match kind {
        Kind::Search => ["Search", "搜索", "搜尋", "検索", "Suche", "Recherche", "Buscar"],
        Kind::Recent => [
            "Recent Articles",
            "最新文章",
            "最新文章",
            "最近の記事",
            "Neueste Artikel",
            "Articles récents",
            "Artículos recientes",
        ],
        Kind::Categories => {
            ["Categories", "分类", "分類", "カテゴリー", "Kategorien", "Catégories", "Categorías"]
        }
        Kind::TagList => {
            ["Tags", "标签", "標籤", "タグ", "Schlagwörter", "Étiquettes", "Etiquetas"]
        }
        Kind::SideMenu => ["Menu", "菜单", "選單", "メニュー", "Menü", "Menu", "Menú"],
        Kind::Social => [
            "Social",
            "社交媒体",
            "社群媒體",
            "ソーシャル",
            "Soziale Netzwerke",
            "Réseaux sociaux",
            "Redes sociales",
        ],
        Kind::Languages => ["Languages", "语言", "語言", "言語", "Sprachen", "Langues", "Idiomas"],
        Kind::Archives => {
            ["Archives", "归档", "彙整", "アーカイブ", "Archiv", "Archives", "Archivo"]
        }
        Kind::Related => [
            "Related Articles",
            "相关文章",
            "相關文章",
            "関連記事",
            "Verwandte Artikel",
            "Articles similaires",
            "Artículos relacionados",
        ],
        Kind::Authors => ["Authors", "作者", "作者", "執筆者", "Autoren", "Auteurs", "Autores"],
        Kind::Custom => [""; 7],
    };
    titles[column]
}

/// What the search field says while it is empty.
pub fn placeholder(language: &str) -> String {
    format!("{}…", title(Kind::Search, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_follow_the_language_and_fall_back_to_english() {
        for (language, expected) in [
            ("zh-CN", "最新文章"),
            ("zh-TW", "最新文章"),
            ("de-AT", "Neueste Artikel"),
            ("en", "Recent Articles"),
            ("bn", "Recent Articles"),
        ] {
            assert_eq!(title(Kind::Recent, language), expected, "{language}");
        }
        assert_eq!(title(Kind::Search, "zh-Hant-HK"), "搜尋");
        assert_eq!(title(Kind::Search, "zh-SG"), "搜索");
    }
}
