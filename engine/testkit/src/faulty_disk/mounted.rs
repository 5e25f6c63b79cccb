//! The kernel's questions and the disk's answers.

use std::{
    ffi::OsStr,
    time::{Duration, SystemTime},
};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation,
    INodeNo, LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use super::{
    Disk, Shared, lock,
    memory::{Body, Memory},
};

/// The kernel asks anew each time.
const TTL: Duration = Duration::ZERO;
const BLOCK: u32 = 4096;
/// Room that is told where none was set: a terabyte.
const MUCH: u64 = 1 << 40;
/// Files that are told likewise.
const MANY: u64 = 1 << 20;

/// The file system as `fuser` wants it.
pub(super) struct Mounted {
    disk: Disk,
}

impl Mounted {
    pub(super) fn new(disk: Disk) -> Self {
        Mounted { disk }
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Shared) -> Result<T, Errno>) -> Result<T, Errno> {
        let mut shared = lock(&self.disk);
        if shared.faults.off {
            return Err(Errno::EIO);
        }
        ask(&mut shared)
    }

    fn sync(&self, ino: INodeNo, folder: bool) -> Result<(), Errno> {
        self.with(|shared| {
            shared.counts.syncs += 1;
            if let Some(errno) = shared.faults.syncs {
                shared.counts.failed += 1;
                shared.memory.give_up(ino.0);
                return Err(Errno::from_i32(errno));
            }
            match folder {
                true => shared.memory.sync_folder(ino.0),
                false => shared.memory.sync_file(ino.0),
            }
        })
    }

    fn write_at(&self, ino: INodeNo, offset: u64, data: &[u8]) -> Result<u32, Errno> {
        let slow = lock(&self.disk).faults.slow;
        // The fault itself, not a wait for something.
        std::thread::sleep(slow);
        self.with(|shared| {
            shared.counts.writes += 1;
            if let Some(errno) = shared.faults.writes {
                shared.counts.failed += 1;
                return Err(Errno::from_i32(errno));
            }
            let end = offset + data.len() as u64;
            let grows = end.saturating_sub(shared.memory.node(ino.0)?.body.len());
            let room = shared.faults.space.unwrap_or(MUCH);
            if grows > 0 && shared.memory.used() + grows > room {
                shared.counts.failed += 1;
                return Err(Errno::ENOSPC);
            }
            shared.memory.node_mut(ino.0)?.write(offset as usize, data)?;
            Ok(data.len() as u32)
        })
    }

    fn make(
        &self,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        body: Body,
    ) -> Result<FileAttr, Errno> {
        self.with(|shared| {
            if shared.memory.used_files() >= shared.faults.files.unwrap_or(u64::MAX) {
                shared.counts.failed += 1;
                return Err(Errno::ENOSPC);
            }
            let number = shared.memory.make(parent.0, name, mode, body)?;
            attributes(&shared.memory, number)
        })
    }
}

fn attributes(memory: &Memory, number: u64) -> Result<FileAttr, Errno> {
    let node = memory.node(number)?;
    let folder = matches!(node.body, Body::Folder { .. });
    Ok(FileAttr {
        ino: INodeNo(number),
        size: node.body.len(),
        blocks: node.body.len().div_ceil(512),
        atime: node.modified,
        mtime: node.modified,
        ctime: node.modified,
        crtime: node.modified,
        kind: if folder { FileType::Directory } else { FileType::RegularFile },
        perm: node.mode as u16,
        nlink: if folder { 2 } else { 1 },
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: BLOCK,
        flags: 0,
    })
}

/// Sends what came out.
macro_rules! answer {
    ($reply:ident, $result:expr, $value:pat => $send:expr) => {
        match $result {
            Ok($value) => $send,
            Err(errno) => $reply.error(errno),
        }
    };
}

impl Filesystem for Mounted {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found =
            self.with(|shared| attributes(&shared.memory, shared.memory.lookup(parent.0, name)?));
        answer!(reply, found, attr => reply.entry(&TTL, &attr, Generation(0)));
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        let found = self.with(|shared| attributes(&shared.memory, ino.0));
        answer!(reply, found, attr => reply.attr(&TTL, &attr));
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let set = self.with(|shared| {
            let node = shared.memory.node_mut(ino.0)?;
            if let Some(size) = size {
                node.set_len(size as usize)?;
            }
            if let Some(mode) = mode {
                node.mode = mode & 0o7777;
            }
            match mtime {
                Some(TimeOrNow::SpecificTime(time)) => node.modified = time,
                Some(TimeOrNow::Now) => node.modified = SystemTime::now(),
                None => {}
            }
            attributes(&shared.memory, ino.0)
        });
        answer!(reply, set, attr => reply.attr(&TTL, &attr));
    }

    fn mkdir(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let made = self.make(parent, name, mode & !umask, Body::empty_folder());
        answer!(reply, made, attr => reply.entry(&TTL, &attr, Generation(0)));
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        let made = self.make(parent, name, mode & !umask, Body::empty_file());
        answer!(reply, made, attr => {
            reply.created(&TTL, &attr, Generation(0), FileHandle(0), FopenFlags::empty());
        });
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let gone = self.with(|shared| shared.memory.remove(parent.0, name, false));
        answer!(reply, gone, () => reply.ok());
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let gone = self.with(|shared| shared.memory.remove(parent.0, name, true));
        answer!(reply, gone, () => reply.ok());
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let moved = self.with(|shared| {
            let there = shared.memory.lookup(new_parent.0, new_name).is_ok();
            if flags.contains(RenameFlags::RENAME_NOREPLACE) && there {
                return Err(Errno::EEXIST);
            }
            shared.memory.rename((parent.0, name), (new_parent.0, new_name))
        });
        answer!(reply, moved, () => reply.ok());
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = self.with(|shared| {
            let node = shared.memory.node(ino.0)?;
            node.read(offset as usize, size as usize).map(<[u8]>::to_vec)
        });
        answer!(reply, read, data => reply.data(&data));
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        answer!(reply, self.write_at(ino, offset, data), written => reply.written(written));
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        answer!(reply, self.with(|_| Ok(())), () => reply.ok());
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _data: bool, reply: ReplyEmpty) {
        answer!(reply, self.sync(ino, false), () => reply.ok());
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _data: bool, reply: ReplyEmpty) {
        answer!(reply, self.sync(ino, true), () => reply.ok());
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let listed = self.with(|shared| {
            let names = shared.memory.names(ino.0)?.iter();
            let names = names.map(|(name, number)| {
                let folder = matches!(shared.memory.node(*number)?.body, Body::Folder { .. });
                Ok((*number, folder, name.clone()))
            });
            names.collect::<Result<Vec<_>, Errno>>()
        });
        answer!(reply, listed, names => {
            for (index, (number, folder, name)) in names.iter().enumerate().skip(offset as usize) {
                let kind = if *folder { FileType::Directory } else { FileType::RegularFile };
                if reply.add(INodeNo(*number), index as u64 + 1, kind, name) {
                    break;
                }
            }
            reply.ok();
        });
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let told = self.with(|shared| {
            let room = shared.faults.space.unwrap_or(MUCH);
            let free = room.saturating_sub(shared.memory.used());
            let files = shared.faults.files.unwrap_or(MANY);
            let free_files = files.saturating_sub(shared.memory.used_files());
            Ok((room / u64::from(BLOCK), free / u64::from(BLOCK), files, free_files))
        });
        answer!(reply, told, (all, free, files, free_files) => {
            reply.statfs(all, free, free, files, free_files, BLOCK, 255, BLOCK);
        });
    }
}
