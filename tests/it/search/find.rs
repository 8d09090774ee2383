//! What answers to what.

use serde_json::json;
use tests::{TestApp, on_both};

use super::{found, import, titles};

fn sample(app: &TestApp) {
    import(
        app,
        &[
            ("a", "杭州的春天", "我在西湖边散步。龙井茶很香，後來我們去了靈隱寺。"),
            (
                "b",
                "A walk in Hangzhou",
                "We walked around the West Lake. Running late, we ran. Use Node.js and C++ or .NET, in foo_bar.rs.",
            ),
            ("c", "東京の夏", "東京都に住んでいます。ｶﾀｶﾅとカタカナは同じ。"),
            ("d", "서울의 가을", "한국어 문서를 찾습니다."),
            ("e", "Überraschung in München", "Die Häuser sind schön. Straße und Café."),
            ("f", "ฤดูหนาว", "ภาษาไทยไม่มีช่องว่าง"),
            ("g", "Москва зимой", "Ёлки стоят в городе. Книги и книгами."),
            ("h", "الكتاب الجديد", "قرأت كتابًا في المكتبة."),
            ("i", "हिन्दी लेख", "यह एक छोटा लेख है।"),
            ("j", "שלום עולם", "סֵפֶר טוב."),
        ],
    );
}

on_both! {
    fn words_are_found_in_every_script(app) {
        sample(&app);
        let nobody = app.nobody();
        for (query, expected) in [
            ("西湖", "杭州的春天"), ("湖", "杭州的春天"), ("龍井", "杭州的春天"), ("灵隐寺", "杭州的春天"),
            ("后来我们", "杭州的春天"), ("杭州 西湖", "杭州的春天"),
            ("walk", "A walk in Hangzhou"), ("WALKING", "A walk in Hangzhou"), ("runs", "A walk in Hangzhou"),
            ("\"west lake\"", "A walk in Hangzhou"), ("C++", "A walk in Hangzhou"), ("node.js", "A walk in Hangzhou"),
            (".net", "A walk in Hangzhou"), ("foo_bar.rs", "A walk in Hangzhou"), ("hang*", "A walk in Hangzhou"),
            ("title:hangzhou", "A walk in Hangzhou"), ("west -lake", ""), ("west -pond", "A walk in Hangzhou"),
            ("\"lake west\"", ""), ("pond OR lake", "A walk in Hangzhou"), ("title:lake", ""),
            ("京都", "東京の夏"), ("カタカナ", "東京の夏"), ("ｶﾀｶﾅ", "東京の夏"), ("东京", "東京の夏"),
            ("국어", "서울의 가을"), ("문서", "서울의 가을"),
            ("munchen", "Überraschung in München"), ("STRASSE", "Überraschung in München"), ("cafe", "Überraschung in München"),
            ("ไทย", "ฤดูหนาว"), ("елки", "Москва зимой"), ("МОСКВА", "Москва зимой"),
            ("كتاب", "الكتاب الجديد"), ("लेख", "हिन्दी लेख"), ("ספר", "שלום עולם"),
        ] {
            let expected: Vec<_> = (!expected.is_empty()).then_some(expected).into_iter().collect();
            assert_eq!(titles(&nobody, query, "PUBLISHED"), expected, "{query}");
        }
    }

    fn words_are_inflected_by_the_language_asked_for(app) {
        let files = [
            ("hugo.toml", "defaultContentLanguage = 'en'\n[languages.en]\nlocale = 'en'\n[languages.ru]\nlocale = 'ru'\n[languages.de]\nlocale = 'de'\n"),
            ("content/a.ru.md", "---\ntitle: Город\n---\nМного книг и книгами.\n"),
            ("content/b.de.md", "---\ntitle: Stadt\n---\nDie Zeitungen liegen da.\n"),
        ];
        assert_eq!(app.import_files(&files).created, 2);
        for (query, language, expected) in [("книга", "ru", 1), ("Zeitung", "de", 1), ("Zeitung", "ru", 0)] {
            let answer = found(&app.nobody(), json!({"query": query, "language": language}));
            assert_eq!(answer.number("/search/totalCount"), expected, "{query} {language}");
        }
        assert_eq!(titles(&app.nobody(), "книга", "PUBLISHED"), ["Город"]);
    }
}
