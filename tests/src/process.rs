//! The server as a process of its own: started, asked, killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::Client;

/// A running server that is killed when it is dropped.
pub struct Process {
    child: Child,
    address: String,
}

/// The command line of a program, with a data folder and nothing from around it.
#[must_use]
pub fn command(program: &str, data: &Path, database: Option<&str>) -> Command {
    let mut command = Command::new(program);
    command
        .env_remove("BROADSHEET_DATABASE_URL")
        .env("BROADSHEET_DATA_DIR", data)
        .env("BROADSHEET_LOG_FORMAT", "text")
        .env("BROADSHEET_BIND", "127.0.0.1:0")
        .current_dir(data)
        .stdin(Stdio::null());
    if let Some(url) = database {
        command.env("BROADSHEET_DATABASE_URL", url);
    }
    command
}

impl Process {
    /// Starts and waits for the address that it prints.
    #[must_use]
    pub fn serve(command: Command) -> Self {
        Self::serve_logging(command, Stdio::null())
    }

    /// The same, with somewhere to log to.
    #[must_use]
    pub fn serve_logging(mut command: Command, log: impl Into<Stdio>) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(log).spawn().expect("a server process");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let rest = line.split_once("http://")?.1;
                Some(rest.split('/').next().unwrap_or_default().to_owned())
            })
            .expect("an address");
        // The rest is read, so that the process never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address }
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    #[must_use]
    pub fn nobody(&self) -> Client {
        Client::new(self.url("/graphql"), None)
    }

    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, at once.
    pub fn kill(&mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let done = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(done.is_ok_and(|done| done.success()));
    }

    /// Waits for the end, and says whether it was a good one.
    #[must_use]
    pub fn ended_well(mut self) -> bool {
        self.child.wait().expect("its end").success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end with a text on its standard input.
#[must_use]
pub fn run(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut stdin = child.stdin.take().expect("its input");
    // It may not want to read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("its output")
}
