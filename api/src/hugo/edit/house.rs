//! How the files of a section are written: what a new one should look like.
//!
//! Invariant: what is learned depends on the files and not on their order,
//! but where two ways are equally frequent.

use std::collections::{HashMap, HashSet};

use chrono::FixedOffset;
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::super::front_matter::{self, Format};
use super::super::yaml;
use super::date::{self, Spelling};
use super::node::{Kind, Node, Style, line_start};
use super::write::{Look, is_block};
use super::{flow, tree};

/// The style that most of a set of files share.
#[derive(Debug, Clone, Default)]
pub struct House {
    format: Tally<Format>,
    line_end: Tally<&'static str>,
    habits: HashMap<String, Habit>,
    /// By the path of a map: the orders that its keys come in.
    orders: HashMap<String, Tally<Vec<String>>>,
    general: Habit,
    /// Of the items of lists.
    items: Habit,
    step: Tally<usize>,
    zone: Option<Tz>,
}

/// How one key is written.
#[derive(Debug, Clone, Default)]
struct Habit {
    style: Tally<Style>,
    flow: Tally<bool>,
    deep_dash: Tally<bool>,
    padded: Tally<bool>,
    date: Tally<(Spelling, FixedOffset)>,
}

/// What was seen, and how often.
#[derive(Debug, Clone)]
struct Tally<T>(Vec<(T, usize)>);

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Tally<T> {
    fn add(&mut self, seen: T) {
        match self.0.iter_mut().find(|(known, _)| *known == seen) {
            Some((_, count)) => *count += 1,
            None => self.0.push((seen, 1)),
        }
    }

    fn most(&self) -> Option<&T> {
        let most = self.0.iter().map(|(_, count)| *count).max()?;
        self.0.iter().find(|(_, count)| *count == most).map(|(seen, _)| seen)
    }
}

impl House {
    /// Learns from files; those that cannot be read teach nothing.
    ///
    /// Each is a whole file or its front matter alone.
    #[must_use]
    pub fn learn<'a>(siblings: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut house = Self::default();
        for file in siblings {
            let Ok(source) = front_matter::split(file) else {
                continue;
            };
            let Ok(value) = front_matter::parse(&source) else {
                continue;
            };
            if source.format == Format::None {
                continue;
            }
            house.format.add(source.format);
            let front = source.front_matter;
            house.line_end.add(if front.windows(2).any(|pair| pair == b"\r\n") {
                "\r\n"
            } else {
                "\n"
            });
            let text = match source.format {
                Format::Yaml => yaml::readable(source.text),
                _ => source.text.into(),
            };
            if let Some(root) = tree::read(source.format, &text) {
                house.see(&text, "", &root, &Value::Object(value), None);
            }
        }
        house
    }

    /// Names the time zone of the site: dates without a zone are in it.
    ///
    /// Without it, a date that is written without a zone gets one when it is
    /// changed.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> Self {
        Self { zone: Some(zone), ..self }
    }

    /// Writes new files in a format, whatever the neighbours are written in.
    #[must_use]
    pub fn in_format(mut self, format: Format) -> Self {
        self.format = Tally::default();
        self.format.add(format);
        self
    }

    /// The format of most files; YAML where there are none.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format.most().copied().unwrap_or(Format::Yaml)
    }

    /// The line end of most files.
    #[must_use]
    pub fn line_end(&self) -> &'static str {
        self.line_end.most().copied().unwrap_or("\n")
    }

    pub(super) fn zone(&self) -> Option<Tz> {
        self.zone
    }

    /// The spelling that a date key has.
    pub(super) fn date(&self, path: &str) -> Option<(Spelling, FixedOffset)> {
        let habit = self.habits.get(&path.to_lowercase());
        habit.and_then(|habit| habit.date.most()).or_else(|| self.general.date.most()).copied()
    }

    /// The keys of a map in the order of most files, those of others between.
    pub(super) fn order(&self, path: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let Some(orders) = self.orders.get(&path.to_lowercase()) else {
            return all;
        };
        let mut orders: Vec<_> = orders.0.iter().collect();
        orders.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (order, _) in orders {
            // Keys that no order before had come behind those that they follow here.
            let places: HashMap<String, usize> = all.iter().cloned().zip(1..).collect();
            let mut come: Vec<Vec<String>> = vec![Vec::new(); all.len() + 1];
            let (mut seen, mut at) = (HashSet::new(), 0);
            for key in order {
                match places.get(key) {
                    Some(place) => at = *place,
                    None if !seen.insert(key) => {}
                    None => come.get_mut(at).into_iter().for_each(|come| come.push(key.clone())),
                }
            }
            let mut known = std::mem::take(&mut all).into_iter();
            for come in come {
                all.extend(come);
                all.extend(known.next());
            }
        }
        all
    }

    /// How a value under a path is written: as the file itself has it, then as
    /// its neighbours do.
    pub(super) fn look<'a>(&'a self, path: &str, own: &'a Self, format: Format) -> Look<'a> {
        let path = path.to_lowercase();
        let of =
            |house: &'a Self, habit: Option<&'a Habit>| habit.filter(|_| house.format() == format);
        let items = format!("{path}[]");
        let general = |house: &'a Self| {
            Some(if path.ends_with("[]") { &house.items } else { &house.general })
        };
        // One date is written as another.
        let beside = match path.as_str() {
            "lastmod" | "publishdate" | "expirydate" | "lastmodified" => "date",
            _ => path.as_str(),
        };
        // A list is written as its items are.
        let habits = [
            of(own, own.habits.get(&path)),
            of(own, own.habits.get(&items)),
            of(self, self.habits.get(&path)),
            of(self, self.habits.get(&items)),
            of(own, own.habits.get(beside)),
            of(self, self.habits.get(beside)),
            of(own, general(own)),
            of(self, general(self)),
            of(own, Some(&own.general)),
            of(self, Some(&self.general)),
        ];
        let style = habits.iter().flatten().find_map(|habit| habit.style.most());
        let yaml = format == Format::Yaml;
        let flow = habits.iter().flatten().find_map(|habit| habit.flow.most());
        let deep = habits.iter().flatten().find_map(|habit| habit.deep_dash.most());
        let padded = habits.iter().flatten().find_map(|habit| habit.padded.most());
        let step = own.step.most().or(self.step.most()).copied();
        let line_end = own.line_end.most().copied().unwrap_or_else(|| self.line_end());
        Look {
            format,
            style: style.copied().unwrap_or(if yaml { Style::Plain } else { Style::Double }),
            flow: flow.copied().unwrap_or(!yaml),
            deep_dash: deep.copied().unwrap_or(true),
            padded: padded.copied().unwrap_or(false),
            step: step.unwrap_or(2).clamp(1, 8),
            line_end,
        }
    }

    /// `column` is that of the key that the node stands under.
    fn see(&mut self, text: &str, path: &str, node: &Node, value: &Value, column: Option<usize>) {
        let column_of = |at: usize| text.get(line_start(text, at)..at).map_or(0, str::len);
        let first = node.slots().first().map(|slot| column_of(slot.start));
        let habit = |house: &mut Self, tell: &dyn Fn(&mut Habit)| {
            tell(house.habits.entry(path.to_owned()).or_default());
            tell(if path.ends_with("[]") { &mut house.items } else { &mut house.general });
        };
        match (&node.kind, value) {
            (Kind::Scalar(style), Value::String(_)) => {
                if let Some(written) = value.as_str()
                    && date::is_date(value)
                    && let Some(spelling) = date::spelling(written)
                {
                    habit(self, &|habit| habit.date.add(spelling));
                    // That a date has no quotes says nothing about texts.
                    self.habits.entry(path.to_owned()).or_default().style.add(*style);
                } else if is_block(*style) {
                    // Nor does it of others that one text has several lines.
                    self.habits.entry(path.to_owned()).or_default().style.add(*style);
                } else {
                    habit(self, &|habit| habit.style.add(*style));
                }
            }
            (Kind::List { flow, slots }, Value::Array(items)) => {
                if !slots.is_empty() {
                    habit(self, &|habit| habit.flow.add(*flow));
                }
                if let Some(padded) = flow::is_padded(text, node) {
                    habit(self, &|habit| habit.padded.add(padded));
                }
                if let (false, Some(first), Some(column)) = (flow, first, column) {
                    habit(self, &|habit| habit.deep_dash.add(first > column));
                    if first > column {
                        self.step.add(first - column);
                    }
                }
                let path = format!("{path}[]");
                for (slot, item) in slots.iter().zip(items) {
                    self.see(text, &path, &slot.value, item, None);
                }
            }
            (Kind::Map { slots, .. } | Kind::Table(slots), Value::Object(map)) => {
                let keys = slots.iter().map(|slot| slot.key.to_lowercase()).collect();
                self.orders.entry(path.to_owned()).or_default().add(keys);
                let broken = !node.is_flow()
                    || text.get(node.bare..).is_some_and(|text| text.starts_with("{\n"));
                if let (true, Some(first)) = (broken, first)
                    && first > column.unwrap_or(0)
                {
                    self.step.add(first - column.unwrap_or(0));
                }
                for slot in slots {
                    if let Some(value) = map.get(&slot.key) {
                        let path = join(path, &slot.key.to_lowercase());
                        let column = Some(column_of(slot.start));
                        self.see(text, &path, &slot.value, value, column);
                    }
                }
            }
            (Kind::Tables(slots), Value::Array(items)) => {
                let path = format!("{path}[]");
                for (slot, item) in slots.iter().zip(items) {
                    self.see(text, &path, &slot.value, item, None);
                }
            }
            _ => {}
        }
    }
}

/// The path of a key below another.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The number of the slot before which a key belongs.
pub(super) fn place(keys: &[String], key: &str, order: &[String]) -> usize {
    let Some(own) = order.iter().position(|name| *name == key.to_lowercase()) else {
        return keys.len();
    };
    let places: HashMap<String, usize> =
        keys.iter().map(|key| key.to_lowercase()).zip(0..).collect();
    let (before, behind) = order.split_at(own);
    before
        .iter()
        .rev()
        .find_map(|name| places.get(name).map(|at| at + 1))
        .or_else(|| behind.iter().find_map(|name| places.get(name).copied()))
        .unwrap_or(keys.len())
}

/// A map in the order of the house; keys that it does not know come last.
pub(super) fn ordered(map: &Map<String, Value>, path: &str, house: &House) -> Map<String, Value> {
    let order: HashMap<String, usize> = house.order(path).into_iter().zip(0..).collect();
    let rank = |key: &String| order.get(&key.to_lowercase()).copied().unwrap_or(order.len());
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by_cached_key(|(key, _)| rank(key));
    let inner = |key: &String, value: &Value| match value {
        Value::Object(map) => Value::Object(ordered(map, &join(path, &key.to_lowercase()), house)),
        value => value.clone(),
    };
    entries.into_iter().map(|(key, value)| (key.clone(), inner(key, value))).collect()
}
