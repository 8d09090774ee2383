//! The tables of a dump.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::super::model::{Term, filled};

/// Lists within lists and tables that an export may have around its posts.
const DEEPEST: u32 = 6;

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: Value,
    pub name: String,
    pub slug: String,
    pub profile_image: Option<String>,
    pub website: Option<String>,
    pub bio: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Tag {
    pub id: Value,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub parent_id: Value,
    pub visibility: Option<String>,
}

impl Tag {
    /// Tags that only Ghost's own themes and editors see.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.visibility.as_deref() == Some("internal") || self.name.starts_with('#')
    }

    #[must_use]
    pub fn term(&self) -> Term {
        Term {
            slug: self.slug.clone(),
            name: self.name.trim().to_owned(),
            description: self.description.as_deref().and_then(filled),
            parent: None,
        }
    }
}

/// A row that joins a post to a tag or an author.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Join {
    post_id: Value,
    tag_id: Value,
    author_id: Value,
    sort_order: i64,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Setting {
    key: String,
    value: Value,
}

/// Everything of an export but its posts.
#[derive(Debug, Default)]
pub struct Tables {
    pub is_export: bool,
    pub posts: usize,
    users: Vec<User>,
    tags: Vec<Tag>,
    posts_tags: Vec<Join>,
    posts_authors: Vec<Join>,
    posts_meta: Vec<Map<String, Value>>,
    settings: Vec<Setting>,
    by_user: HashMap<String, usize>,
    by_tag: HashMap<String, usize>,
    tags_of: HashMap<String, Vec<usize>>,
    authors_of: HashMap<String, Vec<usize>>,
    meta_of: HashMap<String, usize>,
}

/// An id as text: numbers in old exports, texts in new ones.
#[must_use]
pub fn id(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl Tables {
    /// Makes what belongs to a post findable.
    pub fn index(&mut self) {
        self.by_user = self.users.iter().enumerate().map(|(n, row)| (id(&row.id), n)).collect();
        self.by_tag = self.tags.iter().enumerate().map(|(n, row)| (id(&row.id), n)).collect();
        self.posts_tags.sort_by_key(|row| row.sort_order);
        self.posts_authors.sort_by_key(|row| row.sort_order);
        for row in &self.posts_tags {
            if let Some(tag) = self.by_tag.get(&id(&row.tag_id)) {
                self.tags_of.entry(id(&row.post_id)).or_default().push(*tag);
            }
        }
        for row in &self.posts_authors {
            if let Some(user) = self.by_user.get(&id(&row.author_id)) {
                self.authors_of.entry(id(&row.post_id)).or_default().push(*user);
            }
        }
        let meta = self.posts_meta.iter().enumerate();
        self.meta_of =
            meta.map(|(n, row)| (id(row.get("post_id").unwrap_or(&Value::Null)), n)).collect();
    }

    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&str> {
        let found = self.settings.iter().find(|setting| setting.key == key)?;
        found.value.as_str().filter(|value| !value.trim().is_empty())
    }

    #[must_use]
    pub fn tags(&self, post: &str) -> Vec<&Tag> {
        let numbers = self.tags_of.get(post).into_iter().flatten();
        numbers.filter_map(|number| self.tags.get(*number)).collect()
    }

    #[must_use]
    pub fn authors(&self, post: &str) -> Vec<&User> {
        let numbers = self.authors_of.get(post).into_iter().flatten();
        numbers.filter_map(|number| self.users.get(*number)).collect()
    }

    #[must_use]
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(*self.by_user.get(id)?)
    }

    #[must_use]
    pub fn meta(&self, post: &str) -> Option<&Map<String, Value>> {
        self.posts_meta.get(*self.meta_of.get(post)?)
    }

    /// The public tags, used or not.
    #[must_use]
    pub fn terms(&self) -> IndexMap<String, Vec<Term>> {
        let public = self.tags.iter().filter(|tag| !tag.is_internal() && !tag.name.is_empty());
        let terms: Vec<_> = public.map(Tag::term).collect();
        if terms.is_empty() { IndexMap::new() } else { [("tags".to_owned(), terms)].into() }
    }
}

/// Reads a dump: small tables into `tables`, each post to `post`, which says
/// whether it wants more.
pub fn read(
    source: impl Read,
    tables: &mut Tables,
    post: &mut dyn FnMut(Value) -> bool,
) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_reader(source);
    Level { tables, post, depth: 0 }.deserialize(&mut json)?;
    json.end()
}

/// A level of the dump: `{db: [{data: {posts: […]}}]}`, or less of it.
struct Level<'a> {
    tables: &'a mut Tables,
    post: &'a mut dyn FnMut(Value) -> bool,
    depth: u32,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `db` or `data`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { tables, post, depth } = self;
        while list
            .next_element_seed(Level { tables: &mut *tables, post: &mut *post, depth: depth + 1 })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { tables, post, depth } = self;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "db" | "data" if depth < DEEPEST => map.next_value_seed(Level {
                    tables: &mut *tables,
                    post: &mut *post,
                    depth: depth + 1,
                })?,
                "posts" => {
                    tables.is_export = true;
                    tables.posts += map.next_value_seed(Posts(&mut *post))?;
                }
                "users" => tables.users = map.next_value()?,
                "tags" => tables.tags = map.next_value()?,
                "posts_tags" => tables.posts_tags = map.next_value()?,
                "posts_authors" => tables.posts_authors = map.next_value()?,
                "posts_meta" => tables.posts_meta = map.next_value()?,
                "settings" => tables.settings = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The posts, one after the other.
struct Posts<'a>(&'a mut dyn FnMut(Value) -> bool);

impl<'de> DeserializeSeed<'de> for Posts<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Posts<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of posts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(post) = list.next_element::<Value>()? {
            count += 1;
            if !(self.0)(post) {
                return Err(A::Error::custom("the import ended"));
            }
        }
        Ok(count)
    }
}
