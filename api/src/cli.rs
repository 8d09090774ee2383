//! The command line: `broadsheet`, and what operators do without a browser.
//!
//! Commands call the same operations as mutations do, as `Actor::System`.

mod people;

use std::io::{IsTerminal, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Config, LogFormat, Secret};
use crate::ctx::{Actor, App, Ctx, system_clock};
use crate::http::Server;
use crate::hugo::{export, import};
use crate::policy::Role;
use crate::worker::Worker;
use crate::{graphql, site, user};

/// A headless CMS for articles.
#[derive(Debug, Parser)]
#[command(name = "broadsheet", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    options: Options,

    /// Fill an empty database with the demo content (only when serving).
    #[arg(long)]
    demo: bool,
}

/// What all commands take. Every other option is in `broadsheet.toml`.
#[derive(Debug, Args)]
struct Options {
    /// Configuration file; `broadsheet.toml` in the working folder where it is not given.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address and port to listen on [env: `BROADSHEET_BIND`] [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,

    /// Folder for the SQLite file, media and secrets [env: `BROADSHEET_DATA_DIR`] [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// postgres://… for PostgreSQL in place of SQLite [env: `BROADSHEET_DATABASE_URL`]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site (what happens without a command).
    Serve {
        /// Fill an empty database with the demo content.
        #[arg(long)]
        demo: bool,
    },
    /// Bring content in.
    #[command(subcommand)]
    Import(Import),
    /// Write content out.
    #[command(subcommand)]
    Export(Export),
    /// Manage people.
    #[command(subcommand)]
    User(UserCommand),
    /// Manage the keys that sign tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Print the GraphQL schema.
    Schema,
    /// Print the configuration file with every default.
    Config,
    /// Ask a running server whether it can serve.
    Health,
}

#[derive(Debug, Subcommand)]
enum Import {
    /// A Hugo site, or a bare content folder.
    Hugo {
        dir: PathBuf,
        /// Language of content that does not say (BCP 47).
        #[arg(long)]
        language: Option<String>,
        /// Say what would happen, and write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Report as JSON on standard output.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Export {
    /// The site as a Hugo site: byte for byte what was imported, but for what was
    /// edited here.
    Hugo {
        dir: PathBuf,
        /// Only pages in this language (BCP 47); may be given more than once.
        #[arg(long = "language", value_name = "LANGUAGE")]
        languages: Vec<String>,
        /// Say what would happen, and write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Report as JSON on standard output.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody.
    Add {
        email: String,
        /// `ADMIN`, `EDITOR`, `AUTHOR`, `CONTRIBUTOR` or `VIEWER`.
        #[arg(long)]
        role: Role,
        /// As it is printed; the first part of the e-mail address where it is not given.
        #[arg(long)]
        name: Option<String>,
        /// Read the password from standard input, up to the end of its first line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Invite somebody, and print the link's token, which works once.
    Invite {
        email: String,
        /// `ADMIN`, `EDITOR`, `AUTHOR`, `CONTRIBUTOR` or `VIEWER`.
        #[arg(long)]
        role: Role,
        /// As it is printed; the first part of the e-mail address where it is not given.
        #[arg(long)]
        name: Option<String>,
    },
    /// Print a token by which somebody sets a new password, once.
    ResetPassword { email: String },
    /// Send somebody away: sessions and tokens stop at once.
    Deactivate { email: String },
    /// Take away the second factor of somebody who has lost it.
    RemoveSecondFactor { email: String },
    /// List everybody: role, state, e-mail address and name.
    List,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Sign with a new key from now on; what old keys signed stays good until it
    /// expires. A running server notices by itself.
    Rotate,
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))
        .and_then(|runtime| runtime.block_on(run(cli)));
    match done {
        Ok(code) => code,
        Err(message) => {
            say_error(&message);
            ExitCode::FAILURE
        }
    }
}

/// A failed write to a closed terminal is nobody's business.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "broadsheet: {text}");
}

/// What an operator reads of an error: internals are theirs to see.
fn explain(error: crate::error::Error) -> String {
    match error {
        crate::error::Error::Internal(internal) => internal.message.clone(),
        error => error.to_string(),
    }
}

async fn run(cli: Cli) -> Result<ExitCode, String> {
    let Cli { command, options, demo } = cli;
    let command = command.unwrap_or(Command::Serve { demo });
    match command {
        Command::Schema => {
            say(graphql::sdl().trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        Command::Config => {
            say(config::DEFAULTS.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let config = load(options)?;
    log(&config)?;
    match command {
        Command::Serve { demo: here } => serve(config, demo || here).await,
        Command::Import(Import::Hugo { dir, language, dry_run, json }) => {
            let options = import::Options { dir, language, dry_run };
            import_hugo(config, options, json).await
        }
        Command::Export(Export::Hugo { dir, languages, dry_run, json }) => {
            let options = export::Options { dir, languages, dry_run };
            export_hugo(config, options, json).await
        }
        Command::User(UserCommand::Add { email, role, name, password_stdin }) => {
            add_user(config, &email, role, name, password_stdin).await
        }
        Command::User(UserCommand::Invite { email, role, name }) => {
            with_ctx(config, async |ctx| {
                let link = user::invite(ctx, &email, name.as_deref(), role).await?;
                Ok(told(&link))
            })
            .await
        }
        Command::User(UserCommand::ResetPassword { email }) => {
            with_ctx(config, async |ctx| {
                let person = user::by_email(ctx, &email).await?;
                Ok(told(&user::create_reset(ctx, person.id).await?))
            })
            .await
        }
        Command::User(UserCommand::Deactivate { email }) => {
            with_ctx(config, async |ctx| {
                let person = user::by_email(ctx, &email).await?;
                user::deactivate(ctx, person.id).await?;
                Ok(format!("{} may not sign in any more.", person.email))
            })
            .await
        }
        Command::User(UserCommand::RemoveSecondFactor { email }) => {
            with_ctx(config, async |ctx| {
                let person = user::by_email(ctx, &email).await?;
                user::remove_second_factor(ctx, person.id).await?;
                Ok(format!("{} signs in with a password alone.", person.email))
            })
            .await
        }
        Command::User(UserCommand::List) => {
            with_ctx(config, async |ctx| Ok(people::list(ctx).await?.trim_end().to_owned())).await
        }
        Command::Keys(KeysCommand::Rotate) => {
            with_ctx(config, async |ctx| {
                ctx.app().keys().rotate(ctx.now())?;
                Ok("New tokens are signed with a new key.".to_owned())
            })
            .await
        }
        Command::Health => health(&config),
        Command::Schema | Command::Config => Ok(ExitCode::SUCCESS),
    }
}

fn load(options: Options) -> Result<Config, String> {
    let Options { config, bind, data_dir, database_url } = options;
    let mut config = Config::load(config.as_deref()).map_err(|error| error.to_string())?;
    if let Some(bind) = bind {
        config.bind = bind;
    }
    if let Some(data_dir) = data_dir {
        config.data_dir = data_dir;
    }
    if let Some(url) = database_url {
        config.database_url = Secret::new(url);
    }
    config.checked().map_err(|error| error.to_string())
}

/// Text for people, JSON for machines, on standard error: standard output is
/// for what a command answers.
fn log(config: &Config) -> Result<(), String> {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.log.filter)
        .map_err(|error| format!("configuration: log.filter: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let text = match config.log.format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let done = if text { builder.try_init() } else { builder.json().try_init() };
    done.map_err(|error| format!("cannot log: {error}"))
}

async fn open(config: Config) -> Result<Arc<App>, String> {
    let app = App::open(config, system_clock()).await.map_err(explain)?;
    site::ensure(&app).await.map_err(explain)?;
    Ok(app)
}

async fn serve(config: Config, demo: bool) -> Result<ExitCode, String> {
    let app = open(config).await?;
    if demo {
        let ctx = Ctx::new(Arc::clone(&app), Actor::System);
        crate::hugo::demo::fill(&ctx).await.map_err(explain)?;
    }
    // Whoever is told the address may say at once that it is enough.
    let stop = signal()?;
    let server = Server::start(&app).map_err(explain)?;
    let worker = Worker::start(&app);
    welcome(server.address(), app.config().http.graphiql);
    stop.await;
    tracing::info!("stopping");
    server.stop().await.map_err(explain)?;
    worker.stop().await;
    app.db().close().await;
    Ok(ExitCode::SUCCESS)
}

fn welcome(address: SocketAddr, graphiql: bool) {
    tracing::info!(%address, "serving");
    let explore = if graphiql {
        format!("\n  Explore it at http://{address}/graphiql")
    } else {
        String::new()
    };
    say(&format!(
        "Broadsheet serves http://{address}/graphql{explore}\n\
         \n  Paste this to see the newest articles:\n\
         \n  curl -s http://{address}/graphql -H 'content-type: application/json' \\\n    \
         -d '{{\"query\":\"{{ articles(first: 3) {{ totalCount nodes {{ path title date }} }} }}\"}}'\n"
    ));
}

/// Listens for SIGINT and SIGTERM from now on; ends with the first.
fn signal() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

async fn import_hugo(
    config: Config,
    options: import::Options,
    json: bool,
) -> Result<ExitCode, String> {
    let app = open(config).await?;
    let ctx = Ctx::new(Arc::clone(&app), Actor::System);
    let report = import::run(&ctx, options).await.map_err(explain)?;
    app.db().close().await;
    if json {
        say(&serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        say(report.to_string().trim_end());
    }
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn export_hugo(
    config: Config,
    options: export::Options,
    json: bool,
) -> Result<ExitCode, String> {
    let app = open(config).await?;
    let ctx = Ctx::new(Arc::clone(&app), Actor::System);
    let report = export::run(&ctx, options).await.map_err(explain)?;
    app.db().close().await;
    if json {
        say(&serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        say(report.to_string().trim_end());
    }
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs an operation as the system, and prints what it says.
async fn with_ctx(
    config: Config,
    work: impl AsyncFnOnce(&Ctx) -> crate::error::Result<String>,
) -> Result<ExitCode, String> {
    let app = open(config).await?;
    let ctx = Ctx::new(Arc::clone(&app), Actor::System);
    let done = work(&ctx).await;
    app.db().close().await;
    say(&done.map_err(explain)?);
    Ok(ExitCode::SUCCESS)
}

/// A link on standard output: there is nowhere else it will be shown.
fn told(link: &user::Link) -> String {
    let until = link.expires.utc().format("%Y-%m-%d %H:%M UTC");
    format!("{}\nGood once, until {until}.", link.url.as_ref().unwrap_or(&link.token))
}

async fn add_user(
    config: Config,
    email: &str,
    role: Role,
    name: Option<String>,
    password_stdin: bool,
) -> Result<ExitCode, String> {
    if !password_stdin {
        return Err("give the password on standard input, with --password-stdin: arguments can \
                    be seen by others"
            .to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot read the password: {error}"))?;
    let password = text.lines().next().unwrap_or_default().to_owned();
    let app = open(config).await?;
    let ctx = Ctx::new(Arc::clone(&app), Actor::System);
    user::add(&ctx, email, name, role, password).await.map_err(explain)?;
    app.db().close().await;
    say(&format!("Added {email} as {}.", role.name()));
    Ok(ExitCode::SUCCESS)
}

/// For container health checks: needs no other program.
fn health(config: &Config) -> Result<ExitCode, String> {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpStream};
    use std::time::Duration;
    let mut address = config.bind;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let wrong = |error: std::io::Error| format!("http://{address}/health: {error}");
    let patience = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, patience).map_err(wrong)?;
    stream.set_read_timeout(Some(patience)).map_err(wrong)?;
    write!(stream, "GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")
        .map_err(wrong)?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).map_err(wrong)?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status == "200" {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(format!("http://{address}/health answers {status}"))
    }
}
