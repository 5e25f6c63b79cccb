//! A folder of a test's own, kept when the test fails so that a person can look at the files.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A fresh folder that is removed with the value, unless the thread is panicking.
#[derive(Debug)]
pub struct TestDir {
    dir: Option<TempDir>,
    path: PathBuf,
}

impl TestDir {
    /// Makes an empty folder in the machine's temporary folder.
    ///
    /// # Panics
    /// When no folder can be made.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("ronin-test-").tempdir();
        let dir = dir.expect("the temporary folder takes a new folder");
        TestDir { path: dir.path().to_owned(), dir: Some(dir) }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path inside it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Every file under it whose name ends in `.extension`, in order of path.
    pub fn files(&self, extension: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.path, extension, &mut found);
        found.sort();
        found
    }
}

impl Default for TestDir {
    fn default() -> Self {
        TestDir::new()
    }
}

impl Drop for TestDir {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(dir) = self.dir.take()
        {
            eprintln!("the test's files are kept in {}", dir.keep().display());
        }
    }
}

/// A folder that vanishes while it is read (retention at work) counts as empty.
fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_subfolders_and_the_folder_goes_with_its_value() {
        let dir = TestDir::new();
        std::fs::create_dir(dir.join("cam")).unwrap();
        std::fs::write(dir.join("cam/b.mp4"), "").unwrap();
        std::fs::write(dir.join("a.mp4"), "").unwrap();
        std::fs::write(dir.join("a.txt"), "").unwrap();

        assert_eq!(dir.files("mp4"), [dir.join("a.mp4"), dir.join("cam/b.mp4")]);
        let path = dir.path().to_owned();
        drop(dir);
        assert!(!path.exists());
    }
}
