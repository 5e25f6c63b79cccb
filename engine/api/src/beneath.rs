//! Opens a file below a folder, whatever was planted there: no link is followed on the way, and
//! only a regular file is opened.

use std::{
    fs::File,
    io,
    path::{Component, Path},
};

use rustix::fs::{Mode, OFlags, open, openat};

/// Opens `path`, which is relative and has no `..`, below `root`.
pub(crate) fn open_file(root: &Path, path: &Path) -> io::Result<File> {
    let refuse = |text| Err(io::Error::new(io::ErrorKind::NotFound, text));
    let folder = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // A FIFO would block the open without NONBLOCK.
    let file = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;

    let mut at = open(root, folder, Mode::empty())?;
    let mut components = path.components().peekable();
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else { return refuse("not a path below the root") };
        let last = components.peek().is_none();
        let flags = if last { file } else { folder | OFlags::NOFOLLOW };
        at = openat(&at, name, flags, Mode::empty())?;
    }
    let file = File::from(at);
    if !file.metadata()?.is_file() {
        return refuse("not a regular file");
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn only_regular_files_below_the_root_open() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let root = tempfile::tempdir().unwrap();
        let day = root.path().join("cam/2026-11-22");
        fs::create_dir_all(&day).unwrap();
        fs::write(day.join("a.mp4"), "footage").unwrap();
        symlink(outside.path().join("secret"), day.join("link.mp4")).unwrap();
        symlink(outside.path(), root.path().join("linked")).unwrap();

        let mut text = String::new();
        let mut file = open_file(root.path(), Path::new("cam/2026-11-22/a.mp4")).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "footage");
        let absolute = outside.path().join("secret");
        for bad in [
            "cam/2026-11-22/link.mp4",
            "linked/secret",
            "cam/../cam/2026-11-22/a.mp4",
            "../secret",
            "cam/2026-11-22",
            "cam/2026-11-22/none.mp4",
            "",
            absolute.to_str().unwrap(),
        ] {
            assert!(open_file(root.path(), Path::new(bad)).is_err(), "{bad} was opened");
        }
    }
}
