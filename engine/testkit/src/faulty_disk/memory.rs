//! The files of a disk: as programs see them, and as the disk would hold them after a power cut.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs, io,
    path::Path,
    time::SystemTime,
};

use fuser::Errno;

/// The node of the root.
pub(super) const ROOT: u64 = 1;

type Answer<T> = Result<T, Errno>;
type Names = BTreeMap<OsString, u64>;

/// A file or a folder.
pub(super) struct Node {
    pub(super) mode: u32,
    pub(super) modified: SystemTime,
    /// Where it is, as programs see it; `None` where its name is gone.
    place: Option<(u64, OsString)>,
    pub(super) body: Body,
}

/// What is in a node.
pub(super) enum Body {
    File {
        live: Vec<u8>,
        durable: Vec<u8>,
        /// From here on the two may differ.
        changed_from: Option<usize>,
    },
    Folder {
        live: Names,
        durable: Names,
    },
}

/// Which of the two states.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Live,
    Durable,
}

/// All nodes by number; none is ever forgotten.
pub(super) struct Memory {
    nodes: BTreeMap<u64, Node>,
}

impl Memory {
    /// Takes in a folder; all of it counts as durable.
    pub(super) fn load(folder: &Path) -> io::Result<Memory> {
        let mut memory = Memory { nodes: BTreeMap::new() };
        memory.insert(None, 0o755, Body::empty_folder());
        memory.load_into(ROOT, folder)?;
        Ok(memory)
    }

    fn load_into(&mut self, parent: u64, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let place = Some((parent, entry.file_name()));
            let (meta, path) = (entry.metadata()?, entry.path());
            let number = if meta.is_dir() {
                let number = self.insert(place, 0o755, Body::empty_folder());
                self.load_into(number, &path)?;
                number
            } else {
                let live = fs::read(&path)?;
                let body = Body::File { durable: live.clone(), live, changed_from: None };
                self.insert(place, 0o644, body)
            };
            self.nodes.get_mut(&number).expect("it was made").modified = meta.modified()?;
            if let Some(Body::Folder { live, durable }) = self.body_mut(parent) {
                live.insert(entry.file_name(), number);
                durable.insert(entry.file_name(), number);
            }
        }
        Ok(())
    }

    fn insert(&mut self, place: Option<(u64, OsString)>, mode: u32, body: Body) -> u64 {
        let number = self.nodes.last_key_value().map_or(ROOT, |(last, _)| last + 1);
        self.nodes.insert(number, Node { mode, modified: SystemTime::now(), place, body });
        number
    }

    pub(super) fn node(&self, number: u64) -> Answer<&Node> {
        self.nodes.get(&number).ok_or(Errno::ENOENT)
    }

    pub(super) fn node_mut(&mut self, number: u64) -> Answer<&mut Node> {
        self.nodes.get_mut(&number).ok_or(Errno::ENOENT)
    }

    fn body_mut(&mut self, number: u64) -> Option<&mut Body> {
        self.nodes.get_mut(&number).map(|node| &mut node.body)
    }

    /// Names in a folder.
    pub(super) fn names(&self, folder: u64) -> Answer<&Names> {
        match &self.node(folder)?.body {
            Body::Folder { live, .. } => Ok(live),
            Body::File { .. } => Err(Errno::ENOTDIR),
        }
    }

    fn names_mut(&mut self, folder: u64) -> Answer<&mut Names> {
        match &mut self.node_mut(folder)?.body {
            Body::Folder { live, .. } => Ok(live),
            Body::File { .. } => Err(Errno::ENOTDIR),
        }
    }

    pub(super) fn lookup(&self, folder: u64, name: &OsStr) -> Answer<u64> {
        self.names(folder)?.get(name).copied().ok_or(Errno::ENOENT)
    }

    /// Makes a file or a folder that is not there yet.
    pub(super) fn make(&mut self, parent: u64, name: &OsStr, mode: u32, body: Body) -> Answer<u64> {
        if self.names(parent)?.contains_key(name) {
            return Err(Errno::EEXIST);
        }
        let number = self.insert(Some((parent, name.to_owned())), mode & 0o7777, body);
        self.names_mut(parent)?.insert(name.to_owned(), number);
        Ok(number)
    }

    /// Takes a name away; `folder` says what it has to be the name of.
    pub(super) fn remove(&mut self, parent: u64, name: &OsStr, folder: bool) -> Answer<()> {
        let number = self.lookup(parent, name)?;
        match (&self.node(number)?.body, folder) {
            (Body::Folder { .. }, false) => return Err(Errno::EISDIR),
            (Body::File { .. }, true) => return Err(Errno::ENOTDIR),
            (Body::Folder { live, .. }, true) if !live.is_empty() => return Err(Errno::ENOTEMPTY),
            _ => {}
        }
        self.names_mut(parent)?.remove(name);
        self.node_mut(number)?.place = None;
        Ok(())
    }

    pub(super) fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Answer<()> {
        let number = self.lookup(from.0, from.1)?;
        if let Ok(replaced) = self.lookup(to.0, to.1)
            && replaced != number
        {
            let folder = matches!(self.node(replaced)?.body, Body::Folder { .. });
            self.remove(to.0, to.1, folder)?;
        }
        self.names_mut(from.0)?.remove(from.1);
        self.names_mut(to.0)?.insert(to.1.to_owned(), number);
        self.node_mut(number)?.place = Some((to.0, to.1.to_owned()));
        Ok(())
    }

    /// Makes the names in a folder durable, and the folder itself.
    pub(super) fn sync_folder(&mut self, number: u64) -> Answer<()> {
        let Body::Folder { live, durable } = &mut self.node_mut(number)?.body else {
            return Err(Errno::ENOTDIR);
        };
        durable.clone_from(live);
        self.sync_name(number)
    }

    /// Makes what is in a file durable, and its name.
    pub(super) fn sync_file(&mut self, number: u64) -> Answer<()> {
        let Body::File { live, durable, changed_from } = &mut self.node_mut(number)?.body else {
            return self.sync_folder(number);
        };
        if let Some(from) = changed_from.take() {
            // What an earlier sync gave up is not written by a later one.
            durable.resize(from, 0);
            durable.extend_from_slice(&live[from..]);
        }
        self.sync_name(number)
    }

    /// As systems do after a sync that failed: what was to be written counts as written.
    pub(super) fn give_up(&mut self, number: u64) {
        if let Some(Body::File { live, changed_from, .. }) = self.body_mut(number)
            && changed_from.is_some()
        {
            *changed_from = Some(live.len());
        }
    }

    fn sync_name(&mut self, number: u64) -> Answer<()> {
        let mut number = number;
        while let Some((parent, name)) = self.node(number)?.place.clone() {
            if let Some(Body::Folder { durable, .. }) = self.body_mut(parent) {
                durable.insert(name, number);
            }
            number = parent;
        }
        Ok(())
    }

    /// Bytes of all files that have a name.
    pub(super) fn used(&self) -> u64 {
        let named = self.nodes.values().filter(|node| node.place.is_some());
        named.map(|node| node.body.len()).sum()
    }

    /// Files and folders that have a name.
    pub(super) fn used_files(&self) -> u64 {
        self.nodes.values().filter(|node| node.place.is_some()).count() as u64
    }

    /// Makes a folder hold what this disk holds, in one of its states.
    pub(super) fn store(&self, folder: &Path, state: State) -> io::Result<()> {
        self.store_from(ROOT, folder, state)
    }

    fn store_from(&self, number: u64, folder: &Path, state: State) -> io::Result<()> {
        let Some(Body::Folder { live, durable }) = self.nodes.get(&number).map(|node| &node.body)
        else {
            return Ok(());
        };
        let names = if state == State::Live { live } else { durable };
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match names.contains_key(&entry.file_name()) {
                true => {}
                false if entry.file_type()?.is_dir() => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
        for (name, number) in names {
            let (path, node) = (folder.join(name), &self.nodes[number]);
            match &node.body {
                Body::Folder { .. } => {
                    fs::create_dir_all(&path)?;
                    self.store_from(*number, &path, state)?;
                }
                Body::File { live, durable, .. } => {
                    fs::write(&path, if state == State::Live { live } else { durable })?;
                    fs::File::options().write(true).open(&path)?.set_modified(node.modified)?;
                }
            }
        }
        Ok(())
    }
}

impl Body {
    pub(super) fn empty_file() -> Body {
        Body::File { live: Vec::new(), durable: Vec::new(), changed_from: None }
    }

    pub(super) fn empty_folder() -> Body {
        Body::Folder { live: Names::new(), durable: Names::new() }
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Body::File { live, .. } => live.len() as u64,
            Body::Folder { .. } => 0,
        }
    }
}

impl Node {
    pub(super) fn read(&self, offset: usize, size: usize) -> Answer<&[u8]> {
        let Body::File { live, .. } = &self.body else { return Err(Errno::EISDIR) };
        let from = offset.min(live.len());
        Ok(&live[from..live.len().min(from + size)])
    }

    pub(super) fn write(&mut self, offset: usize, data: &[u8]) -> Answer<()> {
        if self.body.len() < (offset + data.len()) as u64 {
            self.set_len(offset + data.len())?;
        }
        let Body::File { live, changed_from, .. } = &mut self.body else {
            return Err(Errno::EISDIR);
        };
        live[offset..offset + data.len()].copy_from_slice(data);
        *changed_from = Some(changed_from.map_or(offset, |from| from.min(offset)));
        self.modified = SystemTime::now();
        Ok(())
    }

    pub(super) fn set_len(&mut self, len: usize) -> Answer<()> {
        let Body::File { live, changed_from, .. } = &mut self.body else {
            return Err(Errno::EISDIR);
        };
        let at = live.len().min(len);
        live.resize(len, 0);
        *changed_from = Some(changed_from.map_or(at, |from| from.min(at)));
        self.modified = SystemTime::now();
        Ok(())
    }
}
