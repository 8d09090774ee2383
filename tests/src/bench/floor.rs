//! The hand-written floor: what the same answers cost without GraphQL and ORM, and
//! what they cost as bytes that lie ready.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::web::{Bytes, Data, Path, PayloadConfig, Query};
use actix_web::{App, HttpResponse, HttpServer, web};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, PgPool, Row, SqlitePool};

const ARTICLE: &str = "SELECT c.article_id, c.path, c.title, c.date, b.html \
    FROM article_copy c JOIN body b ON b.id = c.body_id \
    WHERE c.view = 0 AND c.path = $1 AND c.visible_from <= $2 AND c.visible_until > $2";
const LIST: &str = "SELECT article_id, path, title, date, summary FROM article_copy \
    WHERE view = 0 AND language = 'zh-CN' AND visible_from <= $1 AND visible_until > $1 \
    ORDER BY date DESC, article_id DESC LIMIT 20";

const COUNT: &str = "SELECT count(*) FROM article_copy \
    WHERE view = 0 AND language = 'zh-CN' AND visible_from <= $1 AND visible_until > $1";

const CLOUD: &str = "SELECT t.name, t.slug, (SELECT count(*) FROM article_term a \
    JOIN article_copy c ON c.article_id = a.article_id AND c.view = a.view \
    WHERE a.term_id = t.id AND a.view = 0 \
    AND c.visible_from <= $1 AND c.visible_until > $1) \
    FROM term t WHERE t.taxonomy = 'tags' AND EXISTS (SELECT 1 FROM article_term a \
    JOIN article_copy c ON c.article_id = a.article_id AND c.view = a.view \
    WHERE a.term_id = t.id AND a.view = 0 \
    AND c.visible_from <= $1 AND c.visible_until > $1) ORDER BY t.name LIMIT 50";

/// Answers that lie ready, by number.
type Ready = RwLock<HashMap<usize, Bytes>>;

async fn put(ready: Data<Ready>, number: Path<usize>, body: Bytes) -> HttpResponse {
    ready.write().unwrap_or_else(PoisonError::into_inner).insert(*number, body);
    HttpResponse::Ok().finish()
}

async fn lying(ready: Data<Ready>, number: Path<usize>) -> HttpResponse {
    let body = ready.read().unwrap_or_else(PoisonError::into_inner).get(&*number).cloned();
    let body = body.expect("an answer that was put there");
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(body)
}

fn terms_sql(count: usize) -> String {
    let places: Vec<_> = (1..=count).map(|place| format!("${place}")).collect();
    format!(
        "SELECT a.article_id, a.taxonomy, t.name, t.slug FROM article_term a \
         JOIN term t ON t.id = a.term_id WHERE a.view = 0 AND a.article_id IN ({}) \
         ORDER BY a.position",
        places.join(", ")
    )
}

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the floor has no clock to be turned")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_micros()).unwrap_or(i64::MAX)
}

/// Tags and categories of each article, written out.
type Terms = HashMap<Uuid, (String, String)>;

fn add_term(terms: &mut Terms, article: Uuid, taxonomy: &str, name: &str, slug: &str) {
    let (tags, categories) = terms.entry(article).or_default();
    let list = if taxonomy == "tags" { tags } else { categories };
    if !list.is_empty() {
        list.push(',');
    }
    list.push_str("{\"name\":");
    string(list, name);
    let _ = write!(list, ",\"path\":\"/{taxonomy}/{slug}/\"}}");
}

fn string(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn head(out: &mut String, path: &str, title: &str, date: i64) {
    let _ = write!(out, "{{\"path\":\"{path}\",\"title\":");
    string(out, title);
    let _ = write!(out, ",\"date\":\"{}\"", date_text(date));
}

/// RFC 3339 in UTC, of whole seconds (Howard Hinnant's `civil_from_days`).
fn date_text(microseconds: i64) -> String {
    let seconds = microseconds.div_euclid(1_000_000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    )
}

fn tail(out: &mut String, terms: &mut Terms, article: Uuid) {
    let (tags, categories) = terms.remove(&article).unwrap_or_default();
    let _ = write!(out, ",\"tags\":[{tags}],\"categories\":[{categories}]}}");
}

/// The two handlers for one kind of database; the SQL is the same.
macro_rules! handlers {
    ($module:ident, $pool:ty) => {
        mod $module {
            use super::*;

            async fn terms(pool: &$pool, articles: &[Uuid]) -> Terms {
                let mut query = sqlx::query(AssertSqlSafe(terms_sql(articles.len())));
                for article in articles {
                    query = query.bind(*article);
                }
                let mut terms = Terms::new();
                for row in query.fetch_all(pool).await.expect("terms") {
                    add_term(&mut terms, row.get(0), row.get(1), row.get(2), row.get(3));
                }
                terms
            }

            pub async fn article(
                pool: Data<$pool>,
                query: Query<HashMap<String, String>>,
            ) -> HttpResponse {
                let row = sqlx::query(ARTICLE)
                    .bind(&query["path"])
                    .bind(now())
                    .fetch_one(&**pool)
                    .await
                    .expect("an article");
                let id: Uuid = row.get(0);
                let mut terms = terms(&pool, &[id]).await;
                let mut out = String::with_capacity(16 << 10);
                out.push_str("{\"data\":{\"article\":");
                head(&mut out, row.get(1), row.get(2), row.get(3));
                out.push_str(",\"body\":{\"html\":");
                string(&mut out, row.get(4));
                out.push('}');
                tail(&mut out, &mut terms, id);
                out.push_str("}}");
                HttpResponse::Ok().content_type("application/json; charset=utf-8").body(out)
            }

            pub async fn list(pool: Data<$pool>) -> HttpResponse {
                page(&pool, None).await
            }

            pub async fn counted(pool: Data<$pool>) -> HttpResponse {
                let row = sqlx::query(COUNT).bind(now()).fetch_one(&**pool).await.expect("a count");
                page(&pool, Some(row.get(0))).await
            }

            pub async fn cloud(pool: Data<$pool>) -> HttpResponse {
                let rows = sqlx::query(CLOUD).bind(now()).fetch_all(&**pool).await.expect("tags");
                let mut out = String::with_capacity(8 << 10);
                out.push_str("{\"data\":{\"tags\":{\"nodes\":[");
                for (number, row) in rows.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    let count: i64 = row.get(2);
                    out.push_str("{\"name\":");
                    string(&mut out, row.get(0));
                    let slug: &str = row.get(1);
                    let _ = write!(out, ",\"path\":\"/tags/{slug}/\",\"articleCount\":{count}}}");
                }
                out.push_str("]}}}");
                HttpResponse::Ok().content_type("application/json; charset=utf-8").body(out)
            }

            async fn page(pool: &$pool, count: Option<i64>) -> HttpResponse {
                let rows = sqlx::query(LIST).bind(now()).fetch_all(pool).await.expect("articles");
                let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
                let mut terms = terms(pool, &ids).await;
                let mut out = String::with_capacity(16 << 10);
                out.push_str("{\"data\":{\"articles\":{");
                if let Some(count) = count {
                    let _ = write!(out, "\"totalCount\":{count},");
                }
                out.push_str("\"nodes\":[");
                for (number, row) in rows.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    head(&mut out, row.get(1), row.get(2), row.get(3));
                    out.push_str(",\"summary\":");
                    string(&mut out, row.get(4));
                    tail(&mut out, &mut terms, row.get(0));
                }
                out.push_str("]}}}");
                HttpResponse::Ok().content_type("application/json; charset=utf-8").body(out)
            }
        }
    };
}

handlers!(sqlite, SqlitePool);
handlers!(postgres, PgPool);

fn lie_ready(ready: &Data<Ready>) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let ready = ready.clone();
    move |app| {
        app.app_data(ready)
            .app_data(PayloadConfig::new(16 << 20))
            .route("/ready/{number}", web::post().to(put))
            .route("/ready/{number}", web::get().to(lying));
    }
}

/// Serves until it is killed; prints its address first.
pub fn serve(database: &str) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("floor at http://{}/", listener.local_addr().expect("an address"));
    let ready = Data::new(Ready::default());
    actix_web::rt::System::new()
        .block_on(async move {
            if database.starts_with("postgres") {
                let pool = sqlx::postgres::PgPoolOptions::new()
                    .max_connections(16)
                    .test_before_acquire(false)
                    .connect(database)
                    .await
                    .expect("PostgreSQL");
                let pool = Data::new(pool);
                let app = move || {
                    App::new()
                        .app_data(pool.clone())
                        .configure(lie_ready(&ready))
                        .route("/article", web::get().to(postgres::article))
                        .route("/list", web::get().to(postgres::list))
                        .route("/counted", web::get().to(postgres::counted))
                        .route("/cloud", web::get().to(postgres::cloud))
                };
                HttpServer::new(app).listen(listener).expect("a server").run().await
            } else {
                let options = SqliteConnectOptions::new().filename(database).read_only(true);
                let pool = SqlitePoolOptions::new()
                    .max_connections(4)
                    .test_before_acquire(false)
                    .connect_with(options)
                    .await
                    .expect("SQLite");
                let pool = Data::new(pool);
                let app = move || {
                    App::new()
                        .app_data(pool.clone())
                        .configure(lie_ready(&ready))
                        .route("/article", web::get().to(sqlite::article))
                        .route("/list", web::get().to(sqlite::list))
                        .route("/counted", web::get().to(sqlite::counted))
                        .route("/cloud", web::get().to(sqlite::cloud))
                };
                HttpServer::new(app).listen(listener).expect("a server").run().await
            }
        })
        .expect("a running floor");
}
