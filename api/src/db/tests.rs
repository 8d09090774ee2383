use entity::{Json, Render, Timestamp, View};
use sea_orm::{DatabaseBackend, Value};
use uuid::Uuid;

use super::*;

async fn database() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let db = Db::connect(&config).await.expect("a database");
    (folder, db)
}

fn statement(sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, values)
}

/// The same reader without what it reads itself.
fn pool_alone(reader: &Reader) -> Reader {
    Reader { here: None, ..reader.clone() }
}

fn here(db: &Db) -> &Local {
    db.reader().here.as_deref().expect("SQLite")
}

#[tokio::test]
async fn both_ways_read_the_same() {
    let (_folder, db) = database().await;
    let id = Uuid::from_u128(0x0198_7654_3210);
    let values = vec![
        Value::from(true),
        Value::from(-3_i16),
        Value::from(70_000_i32),
        Value::from(i64::MIN),
        Value::from("杭州 'quoted' \0 end"),
        Value::from(id),
        Value::from(9_u64),
        Value::String(None),
        Value::from("{\"b\":1,\"a\":[null]}"),
        Value::from(2_i16),
    ];
    let places = vec!["?"; values.len()].join(", ");
    let statement = statement(&format!("SELECT {places}"), values);
    assert!(here(&db).rows(&statement).is_some(), "it is read here");
    for reader in [db.reader().clone(), pool_alone(db.reader())] {
        let rows = reader.run(None, statement.clone()).await.expect("rows");
        let [row] = &rows[..] else { panic!("{} rows", rows.len()) };
        assert!(row.get::<bool>(0).expect("a flag"));
        assert_eq!(row.get::<i16>(1).expect("a number"), -3);
        assert_eq!(row.get::<i32>(2).expect("a number"), 70_000);
        assert_eq!(row.get::<Timestamp>(3).expect("a moment"), Timestamp::ALWAYS);
        assert_eq!(row.get::<String>(4).expect("a text"), "杭州 'quoted' \0 end");
        assert_eq!(row.get::<Option<Uuid>>(5).expect("an id"), Some(id));
        assert_eq!(row.get::<i64>(6).expect("a number"), 9);
        assert_eq!(row.get::<Option<String>>(7).expect("nothing"), None);
        assert_eq!(row.get::<Option<i64>>(7).expect("nothing"), None);
        let json = row.get::<Json>(8).expect("JSON").to_string();
        assert_eq!(json, "{\"b\":1,\"a\":[null]}");
        assert_eq!(row.get::<View>(9).expect("a view"), View::Trash);
        assert_eq!(row.get::<Render>(9).expect("a kind"), Render::Never);
        assert!(row.get::<String>(7).is_err(), "nothing is no text");
        assert!(row.get::<i64>(10).is_err(), "there is no such column");
    }
}

#[tokio::test]
async fn what_takes_long_is_asked_elsewhere() {
    let (_folder, db) = database().await;
    let count = |to: i64| {
        let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?) \
            SELECT count(*) FROM n";
        statement(sql, vec![to.into()])
    };
    let answer = async |to| {
        let rows = db.reader().run(None, count(to)).await.expect("rows");
        rows[0].get::<i64>(0).expect("a number")
    };
    assert!(here(&db).rows(&count(200_000)).is_none());
    assert_eq!(answer(200_000).await, 200_000);
    // It was stopped, and the connection answers what is short.
    for _ in 0..100 {
        assert!(here(&db).rows(&count(100)).is_some());
    }
    assert_eq!(answer(100).await, 100);
}

#[tokio::test]
async fn what_is_wrong_is_said_by_the_pool() {
    let (_folder, db) = database().await;
    let error = db.reader().run(None, statement("SELECT * FROM nowhere", vec![])).await;
    assert!(format!("{:?}", error.expect_err("no such table")).contains("nowhere"));
    let written = statement("DELETE FROM language", vec![]);
    assert!(db.reader().run(None, written).await.is_err(), "nothing is written by who reads");
}

#[tokio::test]
async fn what_is_committed_is_seen_at_once_and_nothing_after_the_end() {
    let (_folder, db) = database().await;
    let read = |rows: Option<Vec<Vec<rusqlite::types::Value>>>| rows.expect("rows")[0][0].clone();
    let txn = db.begin().await.expect("a transaction");
    txn.execute_unprepared("CREATE TABLE seen (n integer)").await.expect("a table");
    txn.execute_unprepared("INSERT INTO seen VALUES (7)").await.expect("a row");
    let seen = || statement("SELECT n FROM seen", vec![]);
    assert!(here(&db).rows(&seen()).is_none(), "it is not committed");
    txn.commit().await.expect("a commit");
    assert_eq!(read(here(&db).rows(&seen())), rusqlite::types::Value::Integer(7));
    db.close().await;
    assert!(here(&db).rows(&seen()).is_none(), "it is closed");
}
