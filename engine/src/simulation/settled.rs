//! What must hold when all has settled.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use super::{
    life::{CAMERAS, Simulation, compare},
    world::ROOT,
};
use crate::reconcile::Missing;

impl Simulation {
    /// Everything answers again, and what waits is done; then the engine is started again.
    pub(super) async fn settle(&mut self, power_is_cut: bool) {
        {
            let mut state = self.world.state();
            (state.database_is_away, state.fails, state.is_mute) = (false, 0, 0);
            (state.disk_is_full, state.disk_fails, state.stops_in) = (false, false, None);
        }
        self.world.mount(true);
        for camera in 0..CAMERAS.len() {
            if let Some(segment) = self.open[camera].take() {
                self.finish(segment).await;
            }
        }
        self.write_all().await;
        // What waited in memory had no crash to fear.
        self.kept_runs.append(&mut self.held_runs);
        self.start_again(power_is_cut);
        self.write_all().await;
        if let Err(error) = compare(&self.world, &self.unindexed, Missing::Doubt).await {
            self.world.state().broken.push(format!("not compared: {error:#}"));
        }
        if self.shelf.empty_garbage().await.is_err() {
            self.world.state().broken.push("garbage stays".into());
        }
    }

    async fn write_all(&mut self) {
        for _ in 0..100 {
            if !self.desk.is_waiting() {
                break;
            }
            self.desk.write_spooled().await;
        }
    }

    /// What does not hold, once all has settled.
    pub(super) fn check(&self) -> Vec<String> {
        let state = self.world.state();
        let mut broken = state.broken.clone();
        if self.desk.is_waiting() {
            broken.push("rows still wait".into());
        }
        broken.extend(state.garbage.values().map(|path| format!("{path} is still garbage")));
        drop(state);
        let files = self.world.footage();
        let state = self.world.state();
        for (id, path) in &self.durable {
            let relative = path.strip_prefix(ROOT).unwrap();
            if !files.contains_key(relative) && !state.reclaimed.contains(id) {
                broken.push(format!("{} was on disk and is gone", relative.display()));
            }
        }
        let mut with_row = BTreeSet::new();
        for row in state.rows.values() {
            match files.get(Path::new(&row.path)) {
                // A person is asked about these.
                None if state.unkept.contains(&row.id) => {}
                None => broken.push(format!("{} has a row and no file", row.path)),
                Some(size) if *size != row.size_bytes => {
                    broken.push(format!("{} has {size} bytes, not {}", row.path, row.size_bytes));
                }
                Some(_) => {}
            }
            if !with_row.insert(PathBuf::from(&row.path)) {
                broken.push(format!("{} has two rows", row.path));
            }
        }
        let runs = self.kept_runs.difference(&state.runs);
        broken.extend(runs.map(|run| format!("run {} was kept and is gone", run.0)));
        let without = files.keys().filter(|path| !with_row.contains(*path));
        broken.extend(without.map(|path| format!("{} has no row", path.display())));
        broken
    }
}
