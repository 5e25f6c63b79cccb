//! A Postgres of the tests' own: Debian's, in a temporary folder, reached over a socket there.
//!
//! It is started once per test process and stops with it, however that ends: a shell script waits
//! for the end of its standard input, which the kernel closes with the process, then stops the
//! server and removes the folder. Nothing listens on the network.
//!
//! Not here: tables. Each test asks for an empty database and lets the store fill it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context, Result, bail, ensure};

/// Where Debian puts the programs of each version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// `$1` is the folder of the programs, `$2` that of the data. Sorting is by language as in a
/// server set up by hand, so that tests notice code that counts on sorting by bytes.
const SCRIPT: &str = r#"
bin=$1 dir=$2
cd "$dir"
options="-k '$dir' -h '' -c fsync=off -c full_page_writes=off -c max_connections=200 \
  -c shared_buffers=16MB"
start() {
  "$bin/pg_ctl" -D "$dir/data" -s -w -t 60 -l "$dir/log" -o "$options" start >>"$dir/log" 2>&1 </dev/null
}
stop() {
  "$bin/pg_ctl" -D "$dir/data" -s -m immediate -w stop >/dev/null 2>&1
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM
# Who waits for "ready" may be gone by then.
trap '' PIPE
fail() { cat "$dir/log" >&2; exit 1; }
"$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 \
  --locale-provider=icu --icu-locale=en-US >"$dir/log" 2>&1 || fail
start || fail
echo ready
# What the test wants of it, one word a line, until its end.
while read -r word; do
  case $word in
    down) "$bin/pg_ctl" -D "$dir/data" -s -m immediate -w stop >/dev/null 2>&1 ;;
    up) start || fail ;;
  esac
  echo "$word"
done
"#;

/// A running server. Dropped, it stops.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    dir: PathBuf,
    script: Child,
    /// What the script says, after it said that it is ready.
    said: Mutex<BufReader<ChildStdout>>,
    databases: AtomicU32,
}

impl Postgres {
    /// The server that all tests of this process share.
    ///
    /// # Panics
    /// With words where Postgres is not installed or does not start.
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<Postgres> = LazyLock::new(|| match Postgres::start() {
            Ok(postgres) => postgres,
            Err(error) => panic!("could not start Postgres for the tests: {error:#}"),
        });
        &SHARED
    }

    /// Starts a server of one's own, for a test that stops it.
    pub fn start() -> Result<Self> {
        let bin = programs()?;
        let dir = tempfile::Builder::new().prefix("ronin-pg-").tempdir()?.keep();
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(&bin).arg(&dir);
        if let Some((uid, gid)) = other_user(&dir)? {
            chown(&dir, Some(uid), Some(gid)).context("could not give the folder away")?;
            command.uid(uid).gid(gid);
        }
        // A group of its own: Ctrl-C ends the tests, and their end ends the script.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.stderr(Stdio::piped()).spawn().context("could not start sh")?;

        let mut line = String::new();
        let mut said = BufReader::new(script.stdout.take().context("stdout is piped")?);
        said.read_line(&mut line)?;
        if line != "ready\n" {
            let mut log = String::new();
            script.stderr.take().context("stderr is piped")?.read_to_string(&mut log)?;
            script.wait()?;
            bail!("the server did not start: {log}");
        }
        let said = Mutex::new(said);
        Ok(Self { bin, dir, script, said, databases: AtomicU32::new(0) })
    }

    /// Ends the server at once, as a crash would: connections break, and new ones are refused.
    pub fn go_down(&self) -> Result<()> {
        self.say("down")
    }

    /// Starts it again over the same databases.
    pub fn come_up(&self) -> Result<()> {
        self.say("up")
    }

    fn say(&self, word: &str) -> Result<()> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stdin = self.script.stdin.as_ref().context("stdin is piped")?;
        writeln!(stdin, "{word}")?;
        let mut line = String::new();
        said.read_line(&mut line)?;
        ensure!(line.trim() == word, "the server did not go {word}: {line:?}");
        Ok(())
    }

    /// Makes an empty database and returns its URL.
    pub fn create_database(&self) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let output = Command::new(self.bin.join("createdb"))
            .arg("-h")
            .arg(&self.dir)
            .args(["-U", "postgres", &name])
            .output()
            .context("could not run createdb")?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "could not make a database: {words}");
        Ok(format!("postgres://postgres@localhost/{name}?host={}", self.dir.display()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        // Nothing can be done about a script that was killed from outside.
        let _ = self.script.wait();
    }
}

/// The newest version installed.
fn programs() -> Result<PathBuf> {
    let missing = "Postgres is not installed, and tests that need it are never skipped; \
                   run scripts/setup";
    let folders = fs::read_dir(DEBIAN_FOLDER).context(missing)?;
    let versions = folders.filter_map(|entry| {
        let path = entry.ok()?.path();
        let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
        path.join("bin/initdb").exists().then(|| (version, path.join("bin")))
    });
    Ok(versions.max().context(missing)?.1)
}

/// Postgres refuses to run as root: the user and group that its package made, where we are root.
fn other_user(ours: &Path) -> Result<Option<(u32, u32)>> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata(ours)?.uid() != 0 {
        return Ok(None);
    }
    let name = "postgres";
    let passwd = fs::read_to_string("/etc/passwd").context("could not read the list of users")?;
    let user = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    let user = user.with_context(|| {
        format!("there is no user {name} to run Postgres as; run scripts/setup")
    })?;
    Ok(Some(user))
}
