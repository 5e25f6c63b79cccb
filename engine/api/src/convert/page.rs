//! Pages of lists: their size, and the token that says where the next one begins.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ronin_core::{Invalid, WallTime};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Rows of a page where none are asked for.
const DEFAULT_ROWS: usize = 50;
/// Most rows of a page: keeps an answer far below a message's limit.
const MOST_ROWS: usize = 1000;
/// Longest token that is looked at: the longest we make is shorter.
const TOKEN_MAX: usize = 512;
/// Bytes of the check sum: finds accidents and tokens of another list, it keeps no secret.
const SUM_BYTES: usize = 6;

/// Rows wanted.
pub(crate) fn size(page_size: i32) -> Result<usize, Invalid> {
    match usize::try_from(page_size) {
        Ok(0) => Ok(DEFAULT_ROWS),
        Ok(rows) => Ok(rows.min(MOST_ROWS)),
        Err(_) => Err(Invalid::new("page_size", "a page has no negative number of rows")),
    }
}

/// The token for the page after the row `last`. `list` names the list and what was asked of it, so
/// that the token fits no other.
pub(crate) fn token(list: &str, last: &str) -> String {
    let mut bytes = sum(list, last).to_vec();
    bytes.extend_from_slice(last.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The row that a page token says to go on after; `None` for the first page.
pub(crate) fn after(list: &str, token: &str) -> Result<Option<String>, Invalid> {
    if token.is_empty() {
        return Ok(None);
    }
    let last = parse(list, token);
    let text = "send next_page_token of the page before, unchanged, with the same request; or \
                nothing to begin again";
    last.map(Some).ok_or_else(|| Invalid::new("page_token", text))
}

/// A row of a list that is sorted by time and id, as text for a token.
pub(crate) fn time_and_id(time: WallTime, id: Uuid) -> String {
    format!("{} {id}", time.as_micros())
}

/// The row that [`time_and_id`] made text of.
pub(crate) fn parse_time_and_id(text: &str) -> Option<(WallTime, Uuid)> {
    let (micros, id) = text.split_once(' ')?;
    Some((WallTime::from_micros(micros.parse().ok()?), id.parse().ok()?))
}

fn parse(list: &str, token: &str) -> Option<String> {
    if token.len() > TOKEN_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (found, last) = bytes.split_at_checked(SUM_BYTES)?;
    let last = std::str::from_utf8(last).ok()?;
    (found == sum(list, last)).then(|| last.to_owned())
}

fn sum(list: &str, last: &str) -> [u8; SUM_BYTES] {
    let digest = Sha256::new().chain_update(list).chain_update([0]).chain_update(last).finalize();
    let mut sum = [0; SUM_BYTES];
    sum.copy_from_slice(&digest[..SUM_BYTES]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(size(0).unwrap(), 50);
        assert_eq!(size(1).unwrap(), 1);
        assert_eq!(size(i32::MAX).unwrap(), 1000);
        assert_eq!(size(-1).unwrap_err().violations[0].field, "page_size");
        assert!(size(i32::MIN).is_err());
    }

    #[test]
    fn a_token_fits_its_list_only_and_only_unchanged() {
        let made = token("cameras", "front-door");
        assert_eq!(after("cameras", &made).unwrap().as_deref(), Some("front-door"));
        assert_eq!(after("cameras", "").unwrap(), None);
        assert!(after("segments", &made).is_err());
        for index in 0..made.len() {
            let mut changed = made.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            if changed != made {
                assert!(after("cameras", &changed).is_err(), "{changed}");
            }
        }
        for bad in ["x", "====", "YWJj", "\0", &"A".repeat(100_000)] {
            assert!(after("cameras", bad).is_err());
        }
    }
}
