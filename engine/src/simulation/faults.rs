//! What people and the world do to the engine meanwhile.

use rand::Rng;

use super::life::Simulation;

impl Simulation {
    pub(super) fn protect(&mut self) {
        let mut state = self.world.state();
        if state.database_is_away {
            return;
        }
        if self.rng.random_bool(0.4) {
            state.protected.clear();
            return;
        }
        let count = state.rows.len().max(1);
        let row = state.rows.values().nth(self.rng.random_range(0..count));
        let kept = row.map(|row| (row.camera.clone(), row.span()));
        state.protected.extend(kept);
    }

    pub(super) fn set_clock(&mut self) {
        let seconds = [400, 7200, 86_400, 31_536_000][self.rng.random_range(0..4)];
        let by = if self.rng.random_bool(0.5) { seconds } else { -seconds };
        self.sets.push((self.elapsed, self.offset_us));
        self.offset_us += by * 1_000_000;
        self.note(format!("the clock is set by {by} s"));
    }

    pub(super) fn change_database(&mut self) {
        let mut state = self.world.state();
        state.database_is_away = self.rng.random_bool(0.4);
        (state.fails, state.is_mute) = match self.rng.random_range(0..3) {
            0 => (0, 0),
            1 => (30, 10),
            _ => (5, 30),
        };
        let what = format!(
            "the database: away {}, fails {} %, no answer {} %",
            state.database_is_away, state.fails, state.is_mute
        );
        drop(state);
        self.note(what);
    }

    pub(super) fn change_disk(&mut self) {
        let mut state = self.world.state();
        state.disk_is_full = self.rng.random_bool(0.4);
        state.disk_fails = self.rng.random_bool(0.3);
        state.is_order_kept &= !state.disk_fails;
        let what = format!("the disk: full {}, fails {}", state.disk_is_full, state.disk_fails);
        drop(state);
        self.note(what);
    }

    /// The disk goes, and an empty folder is in its place; or it is there again.
    pub(super) fn change_mount(&mut self) {
        let is_mounted = !self.world.state().is_mounted;
        self.world.mount(is_mounted);
        self.note(format!("the disk: mounted {is_mounted}"));
    }
}
