//! The disk of the simulation.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use ronin_pipelines::segment_file::Inspected;

use super::{File, ROOT, Step as _, World, inspect, relative};
use crate::{disk::Disk, storage};

impl Disk for World {
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut state = self.state().step()?;
        let can_list = state.can_do();
        // Nor does who cannot see what waits there.
        state.spool_refused |= can_list.is_err();
        can_list?;
        let within = state.files.keys().filter(|path| path.parent() == Some(folder));
        Ok(within.cloned().collect())
    }

    fn folders(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut state = self.state().step()?;
        state.can_do()?;
        let names = state.files.keys().filter_map(|path| {
            let mut below = path.strip_prefix(folder).ok()?.components();
            let name = below.next()?;
            below.next().map(|_| folder.join(name))
        });
        Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn size(&self, path: &Path) -> io::Result<u64> {
        let read = self.read(path);
        if path == storage::proof(Path::new(ROOT)) {
            // Who is not told that the disk is there does not try to write.
            self.state().spool_refused = read.is_err();
        }
        Ok(read?.len() as u64)
    }

    fn inspect(&self, path: &Path) -> io::Result<Inspected> {
        let is_being_written = self.state().open.contains(path);
        Ok(Inspected { is_being_written, ..inspect(&self.read(path)?) })
    }

    fn settle_file(&self, path: &Path, length: u64) -> io::Result<()> {
        self.cut(path, usize::try_from(length).unwrap());
        self.sync(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut state = self.state().step()?;
        state.can_do()?;
        let file = state.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(file.bytes.clone())
    }

    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state().step()?;
        let can_write = state.can_write().and(state.can_do());
        state.spool_refused = can_write.is_err();
        can_write?;
        let file = File { bytes: bytes.to_vec(), durable: Some(bytes.len()) };
        if state.files.insert(path.to_owned(), file).is_some() {
            state.broken.push(format!("{} was written over", relative(path)));
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        let file = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        state.can_do()?;
        let file = state.files.remove(path).ok_or(io::ErrorKind::NotFound)?;
        if path.extension().is_some_and(|ext| ext == "mp4") {
            state.may_remove(path, &file.bytes);
        }
        state.unsettled.insert(path.to_owned(), file);
        Ok(())
    }

    fn settle_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state().step()?;
        state.can_do()?;
        state.unsettled.retain(|path, _| path.parent() != Some(folder));
        Ok(())
    }
}
