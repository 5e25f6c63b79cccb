//! How often a camera was connected again, and what had ended the connection before. Pure.
//!
//! Not here: attempts that failed ([`super::life`]), what people are told of them ([`super::told`]).

use ronin_core::{
    Fault, WallTime,
    status::{Reconnect, Reconnects},
};

/// Counts connections that showed pictures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    reconnects: Reconnects,
    /// What ended the last connection, where none has come after it.
    ended_by: Option<Option<Fault>>,
}

impl Tally {
    /// A connection that had pictures has ended; `None`: because it was told to.
    pub(super) fn ended(&mut self, fault: Option<Fault>) {
        self.ended_by = Some(fault);
    }

    /// Pictures come at `at`, over a new connection.
    pub(super) fn streams(&mut self, at: WallTime) {
        if let Some(fault) = self.ended_by.take() {
            self.reconnects.count += 1;
            self.reconnects.last = Some(Reconnect { at, fault });
        }
    }

    pub(super) fn reconnects(&self) -> Reconnects {
        self.reconnects.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> WallTime {
        WallTime::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_connection_after_another_is_a_reconnect_and_says_what_ended_the_one_before() {
        let mut tally = Tally::default();
        tally.streams(at(1));
        assert_eq!(tally.reconnects(), Reconnects::default(), "the first is none");

        tally.ended(Some(Fault::Stalled));
        assert_eq!(tally.reconnects().count, 0, "it is not back yet");
        tally.streams(at(2));
        let last = Some(Reconnect { at: at(2), fault: Some(Fault::Stalled) });
        assert_eq!(tally.reconnects(), Reconnects { count: 1, last });

        tally.ended(None);
        tally.streams(at(3));
        let last = Some(Reconnect { at: at(3), fault: None });
        assert_eq!(tally.reconnects(), Reconnects { count: 2, last });
    }
}
