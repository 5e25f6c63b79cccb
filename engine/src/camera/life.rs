//! The camera's life as a state machine: `step(state, input, now) -> (state, actions)`, pure.
//!
//! ```text
//!  Disabled ──enable──▶ Connecting ──picture──▶ Streaming
//!     ▲                   ▲   │ fault              │ fault
//!     │                   │   ▼                    ▼
//!     └──── Stopping      └─ Backoff ◀─────────────┘
//! ```
//! A graph lives once: every way back to `Connecting` is a new run. There is no last attempt, and
//! the back-off forgets only after pictures have flowed for a while.

use std::time::{Duration, Instant};

use ronin_core::{Fault, RunId};

/// Pictures must flow this long before earlier failures are forgotten; else a camera that accepts
/// and dies would be tried every second for ever.
pub const STABLE_AFTER: Duration = Duration::from_secs(30);

/// Where a camera is in its life.
#[derive(Clone, PartialEq, Debug)]
pub enum Life {
    /// Switched off.
    Disabled,
    /// A graph was started; no picture yet.
    Connecting {
        /// The graph.
        run: RunId,
        /// Failures in a row so far.
        failures: u32,
    },
    /// Pictures arrive.
    Streaming {
        /// The graph.
        run: RunId,
        /// Since when.
        since: Instant,
        /// Failures in a row before it.
        failures: u32,
    },
    /// Waiting for the next attempt.
    Backoff {
        /// Why.
        fault: Fault,
        /// Failures in a row so far.
        failures: u32,
        /// When the next attempt is made.
        until: Instant,
    },
    /// The graph was told to end; files are being finished.
    Stopping {
        /// The graph.
        run: RunId,
        /// What comes after it.
        next: Next,
    },
    /// Removed, or the engine stops: no graph, and never one again.
    Over,
}

/// What comes after a graph that was told to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// A new graph.
    Connect,
    /// Nothing until somebody switches it on.
    Disable,
    /// Nothing ever.
    End,
}

/// What happens to a camera.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// A person switched it on, or the engine started.
    Enable,
    /// A person switched it off.
    Disable,
    /// New settings, or a person wants a new connection now.
    Restart,
    /// It was removed, or the engine stops.
    End,
    /// The first picture of a graph.
    Picture(RunId),
    /// A graph ended; `None`: because it was told to.
    Ended(RunId, Option<Fault>),
    /// The time of a back-off may have come.
    Timer,
}

/// What the supervisor is to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Build and run a graph under this id.
    Start(RunId),
    /// Tell the graph to finish.
    Cancel(RunId),
}

/// The chance in a step, given from outside so that the step is pure.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// Id for a graph that may be started.
    pub run: RunId,
    /// Random number from 0 to 1.
    pub jitter: f64,
}

/// Takes `life` one input further.
pub fn step(life: Life, input: Input, now: Instant, chance: Chance) -> (Life, Option<Action>) {
    let connect = |failures| {
        let run = chance.run;
        (Life::Connecting { run, failures }, Some(Action::Start(run)))
    };
    match (life, input) {
        (Life::Over, _) => (Life::Over, None),

        // A graph is there: it must end before anything else begins.
        (
            Life::Connecting { run, .. } | Life::Streaming { run, .. },
            command @ (Input::Disable | Input::Restart | Input::End),
        ) => (Life::Stopping { run, next: next_of(&command) }, Some(Action::Cancel(run))),
        (
            Life::Stopping { run, next },
            command @ (Input::Enable | Input::Disable | Input::Restart | Input::End),
        ) => {
            let next = if next == Next::End { Next::End } else { next_of(&command) };
            (Life::Stopping { run, next }, None)
        }
        (Life::Stopping { run, next }, Input::Ended(ended, _)) if run == ended => match next {
            Next::Connect => connect(0),
            Next::Disable => (Life::Disabled, None),
            Next::End => (Life::Over, None),
        },

        // No graph is there.
        (Life::Disabled | Life::Backoff { .. }, Input::End) => (Life::Over, None),
        (Life::Backoff { .. }, Input::Disable) => (Life::Disabled, None),
        (Life::Disabled, Input::Enable) | (Life::Backoff { .. }, Input::Restart) => connect(0),
        (Life::Backoff { failures, until, .. }, Input::Timer) if now >= until => connect(failures),

        // What the graph says.
        (Life::Connecting { run, failures }, Input::Picture(seen)) if run == seen => {
            (Life::Streaming { run, since: now, failures }, None)
        }
        (Life::Connecting { run, failures }, Input::Ended(ended, fault)) if run == ended => {
            (back_off(fault, failures + 1, now, chance.jitter), None)
        }
        (Life::Streaming { run, since, failures }, Input::Ended(ended, fault)) if run == ended => {
            let stable = now.saturating_duration_since(since) >= STABLE_AFTER;
            let failures = if stable { 1 } else { failures + 1 };
            (back_off(fault, failures, now, chance.jitter), None)
        }

        // Late news of a graph that is gone, and commands that change nothing.
        (life, _) => (life, None),
    }
}

fn next_of(command: &Input) -> Next {
    match command {
        Input::Disable => Next::Disable,
        Input::End => Next::End,
        _ => Next::Connect,
    }
}

fn back_off(fault: Option<Fault>, failures: u32, now: Instant, jitter: f64) -> Life {
    // A graph that nobody told to end and that names no fault is a mistake of ours.
    let unnamed = || Fault::Internal { detail: "the graph ended without a reason".into() };
    let fault = fault.unwrap_or_else(unnamed);
    let until = now + fault.backoff().delay(failures, jitter);
    Life::Backoff { fault, failures, until }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        now: Instant,
        life: Life,
    }

    impl World {
        fn new() -> Self {
            Self { now: Instant::now(), life: Life::Disabled }
        }

        fn step(&mut self, input: Input) -> Option<Action> {
            let chance = Chance { run: RunId::generate(), jitter: 0.5 };
            let (life, action) = step(self.life.clone(), input, self.now, chance);
            self.life = life;
            action
        }

        fn run(&self) -> RunId {
            match self.life {
                Life::Connecting { run, .. }
                | Life::Streaming { run, .. }
                | Life::Stopping { run, .. } => run,
                _ => panic!("no graph in {:?}", self.life),
            }
        }

        fn wait(&self) -> Duration {
            match self.life {
                Life::Backoff { until, .. } => until - self.now,
                _ => panic!("no back-off in {:?}", self.life),
            }
        }

        fn fail(&mut self, fault: Fault) {
            let run = self.run();
            assert_eq!(self.step(Input::Ended(run, Some(fault))), None);
        }

        fn retry(&mut self) {
            self.now += self.wait();
            assert!(matches!(self.step(Input::Timer), Some(Action::Start(_))));
        }
    }

    #[test]
    fn each_attempt_is_a_new_run_and_there_is_no_last_one() {
        let mut world = World::new();
        assert!(matches!(world.step(Input::Enable), Some(Action::Start(_))));
        let mut runs = vec![world.run()];
        for _ in 0..100 {
            world.fail(Fault::Unreachable);
            world.retry();
            runs.push(world.run());
        }
        runs.sort();
        runs.dedup();
        assert_eq!(runs.len(), 101);
    }

    #[test]
    fn the_wait_grows_and_is_forgotten_only_after_pictures_have_flowed() {
        let mut world = World::new();
        world.step(Input::Enable);
        let mut waits = Vec::new();
        for _ in 0..4 {
            // It connects, shows a picture, and no more.
            let run = world.run();
            world.step(Input::Picture(run));
            world.fail(Fault::NoVideo);
            waits.push(world.wait().as_secs());
            world.retry();
        }
        assert_eq!(waits, [1, 2, 4, 4]);

        let run = world.run();
        world.step(Input::Picture(run));
        world.now += STABLE_AFTER;
        world.fail(Fault::Ended);
        assert_eq!(world.wait().as_secs(), 1);
    }

    #[test]
    fn the_fault_decides_the_wait() {
        let mut world = World::new();
        world.step(Input::Enable);
        world.fail(Fault::Unauthorized);
        assert!(world.wait() >= Duration::from_secs(60));
        assert_eq!(world.step(Input::Timer), None, "too early");
        assert!(matches!(world.step(Input::Restart), Some(Action::Start(_))), "a person may");
    }

    #[test]
    fn a_graph_ends_before_the_next_begins() {
        let mut world = World::new();
        world.step(Input::Enable);
        let old = world.run();
        assert_eq!(world.step(Input::Restart), Some(Action::Cancel(old)));
        assert_eq!(world.step(Input::Restart), None, "one is enough");
        let Some(Action::Start(new)) = world.step(Input::Ended(old, None)) else {
            panic!("no new graph: {:?}", world.life);
        };
        assert_ne!(old, new);
    }

    #[test]
    fn the_last_command_decides_what_follows_but_an_end_is_an_end() {
        let mut world = World::new();
        world.step(Input::Enable);
        let run = world.run();
        world.step(Input::Disable);
        world.step(Input::Enable);
        world.step(Input::Disable);
        world.step(Input::Ended(run, None));
        assert_eq!(world.life, Life::Disabled);

        world.step(Input::Enable);
        let run = world.run();
        world.step(Input::End);
        assert_eq!(world.step(Input::Enable), None);
        assert_eq!(world.step(Input::Ended(run, None)), None);
        assert_eq!(world.life, Life::Over);
        assert_eq!(world.step(Input::Enable), None);
    }

    #[test]
    fn late_news_of_an_old_graph_changes_nothing() {
        let mut world = World::new();
        world.step(Input::Enable);
        let before = world.life.clone();
        world.step(Input::Picture(RunId::generate()));
        world.step(Input::Ended(RunId::generate(), Some(Fault::Ended)));
        world.step(Input::Timer);
        assert_eq!(world.life, before);
    }

    #[test]
    fn no_input_in_any_state_panics_and_a_start_is_always_announced_once() {
        let now = Instant::now();
        let run = RunId::generate();
        let lives = [
            Life::Disabled,
            Life::Connecting { run, failures: u32::MAX - 1 },
            Life::Streaming { run, since: now, failures: u32::MAX - 1 },
            Life::Backoff { fault: Fault::Ended, failures: 3, until: now },
            Life::Stopping { run, next: Next::Connect },
            Life::Over,
        ];
        let inputs = [
            Input::Enable,
            Input::Disable,
            Input::Restart,
            Input::End,
            Input::Picture(run),
            Input::Ended(run, None),
            Input::Ended(run, Some(Fault::Stalled)),
            Input::Timer,
        ];
        for life in &lives {
            for input in &inputs {
                let chance = Chance { run: RunId::generate(), jitter: 1.0 };
                let (after, action) = step(life.clone(), input.clone(), now, chance);
                let started = matches!(action, Some(Action::Start(id)) if id == chance.run);
                let connecting = matches!(after, Life::Connecting { run, .. } if run == chance.run);
                assert_eq!(started, connecting, "{life:?} {input:?}");
            }
        }
    }
}
