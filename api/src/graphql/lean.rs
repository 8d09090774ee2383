//! Objects of which there are many in an answer.
//!
//! The executor makes the futures of all fields of an object and joins them. Nearly
//! all fields of an object in a list are there already: columns of its row, and
//! children that its siblings have loaded. Here each is asked once in turn, and only
//! what has to wait is joined.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
};
use futures_util::future::try_join_all;

/// An object that is resolved with few futures; the schema has it as what is in it.
#[derive(Clone, Debug)]
pub struct Lean<T>(pub T);

type Resolving<'a, T> = Pin<Box<dyn Future<Output = ServerResult<T>> + Send + 'a>>;

impl<T: ContainerType> OutputType for Lean<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let mut fields = Vec::with_capacity(ctx.item.node.items.len());
        let name = T::type_name();
        // What an interface stands for knows fields that it does not know itself.
        let is_lean = self.0.introspection_type_name() == name
            && collect(ctx, &name, &ctx.item.node, &mut fields)
            && !are_to_be_merged(&fields);
        if !is_lean {
            return self.0.resolve(ctx, field).await;
        }
        // The types of a schema refer to each other: without this name the future had no end.
        let resolving: Resolving<'_, Value> = Box::pin(object(&self.0, ctx, fields));
        resolving.await
    }
}

/// The fields that are selected of a type, those of fragments among them; false where
/// that depends on more than its name.
fn collect<'a>(
    ctx: &ContextSelectionSet<'a>,
    name: &str,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a Positioned<Field>>,
) -> bool {
    set.items.iter().all(|selection| {
        let (on, set) = match &selection.node {
            Selection::Field(field) => {
                fields.push(field);
                return field.node.directives.is_empty();
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node)
                else {
                    return false;
                };
                (Some(&fragment.node.type_condition), &fragment.node.selection_set)
            }
        };
        on.is_none_or(|on| on.node.on.node == name) && collect(ctx, name, &set.node, fields)
    })
}

fn has_children(field: &Positioned<Field>) -> bool {
    !field.node.selection_set.node.items.is_empty()
}

fn key(field: &Positioned<Field>) -> &Name {
    &field.node.response_key().node
}

/// Whether an object of the answer is selected in several places.
fn are_to_be_merged(fields: &[&Positioned<Field>]) -> bool {
    let mut rest = fields.iter().filter(|field| has_children(field));
    while let Some(field) = rest.next() {
        if rest.clone().any(|other| key(other) == key(field)) {
            return true;
        }
    }
    false
}

async fn object<T: ContainerType>(
    root: &T,
    ctx: &ContextSelectionSet<'_>,
    fields: Vec<&Positioned<Field>>,
) -> ServerResult<Value> {
    let mut values: Vec<(Name, Value)> = Vec::with_capacity(fields.len());
    let mut waiting = Vec::new();
    for field in fields {
        let value = if field.node.name.node == "__typename" {
            Value::String(T::type_name().into_owned())
        } else {
            let mut value: Resolving<'_, Option<Value>> = Box::pin(async move {
                let ctx = ctx.with_field(field);
                root.resolve_field(&ctx).await
            });
            match poll_fn(|task| Poll::Ready(value.as_mut().poll(task))).await {
                Poll::Ready(value) => value?.unwrap_or_default(),
                Poll::Pending => {
                    let place = values.len();
                    waiting.push(async move { ServerResult::Ok((place, value.await?)) });
                    Value::Null
                }
            }
        };
        values.push((key(field).clone(), value));
    }
    if !waiting.is_empty() {
        for (place, value) in try_join_all(waiting).await? {
            values[place].1 = value.unwrap_or_default();
        }
    }
    Ok(Value::Object(values.into_iter().collect()))
}
