//! Playing footage, finished or being written, over HTTP.

use std::{
    fs,
    time::{Duration, Instant},
};

use ronin_core::{
    Recorded, Segment, WallTime,
    playback::{FileIndex, Piece},
};
use ronin_proto::v1::{self, recording_service_client::RecordingServiceClient};
use ronin_store::Store;

use crate::support::{Answer, Server, request, segment};

const HEADER: u64 = 100;
const PIECE: u64 = 1000;

/// An index of pieces of one second each.
fn seconds(count: u64) -> FileIndex {
    let piece = |n: u64| Piece {
        offset: HEADER + n * PIECE,
        size_bytes: PIECE,
        start: Duration::from_secs(n),
        duration: Duration::from_secs(1),
    };
    FileIndex { header_bytes: HEADER, pieces: (0..count).map(piece).collect() }
}

/// A file of so many seconds, and its pieces.
fn recorded(start: WallTime, count: u64) -> Recorded {
    let end = start + Duration::from_secs(count);
    let size_bytes = HEADER + count * PIECE;
    let segment = Segment { end, size_bytes, frames: count * 25, ..segment("front", start) };
    Recorded { segment, index: seconds(count) }
}

struct Player {
    server: Server,
    bearer: String,
}

impl Player {
    async fn start() -> Self {
        let server = Server::start().await;
        let bearer = format!("Bearer {}", server.login().await);
        Self { server, bearer }
    }

    fn store(&self) -> &Store {
        &self.server.deps.store
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("authorization", self.bearer.as_str())];
        all.extend_from_slice(headers);
        request(self.server.address, &format!("GET {path}"), &all).await
    }

    async fn playlist(&self, start: WallTime, end: WallTime) -> String {
        let path = format!("/playback/front/index.m3u8?start={start}&end={end}");
        let answer = self.get(&path, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/vnd.apple.mpegurl"));
        answer.text()
    }

    /// A file that is being written, `count` seconds long.
    fn write(&self, segment: &Segment, count: u64) {
        let path = self.server.path("storage").join(&segment.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, seconds(count).to_bytes()).unwrap();
        let end = segment.start + Duration::from_secs(count);
        let size_bytes = HEADER + count * PIECE;
        self.server.deps.unindexed.grew(segment.id, end, size_bytes, count * 25);
    }
}

fn extinfs(text: &str) -> usize {
    text.matches("#EXTINF").count()
}

/// Entries for pieces of a second each, so many: behind the first 30, six are one.
fn joined(pieces: usize) -> usize {
    30 + (pieces - 30) / 6
}

#[tokio::test]
async fn a_day_is_played_from_the_database_alone() {
    let player = Player::start().await;
    let noon = WallTime::from_micros(1_700_000_000_000_000);
    let quarter = Duration::from_secs(900);
    for n in 0..96 {
        let file = recorded(noon + quarter * n, 900);
        player.store().index_segment(&file).await.unwrap();
    }
    let end = noon + quarter * 96;

    let began = Instant::now();
    let text = player.playlist(noon, end).await;
    let took = began.elapsed();

    println!("a day of 96 files and 86400 pieces: {took:?}, {} bytes", text.len());
    assert_eq!(extinfs(&text), joined(86_400), "there is no file on disk");
    assert_eq!(text.matches("#EXT-X-DISCONTINUITY\n").count(), 95);
    assert_eq!(text.matches("#EXT-X-PROGRAM-DATE-TIME:").count(), 96);
    assert!(text.contains("#EXT-X-PLAYLIST-TYPE:VOD\n") && text.ends_with("#EXT-X-ENDLIST\n"));
    let hour = player.playlist(noon + quarter, noon + quarter * 5).await;
    assert_eq!(extinfs(&hour), joined(3600));
}

#[tokio::test]
async fn a_row_without_pieces_is_played_by_the_boxes_of_its_file() {
    let player = Player::start().await;
    let noon = WallTime::from_micros(1_700_000_000_000_000);
    let old = recorded(noon, 60).segment;
    let missing = recorded(noon + Duration::from_secs(60), 60).segment;
    let path = player.server.path("storage").join(&old.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, seconds(60).to_bytes()).unwrap();
    for row in [&old, &missing] {
        player.store().upsert_segment(row).await.unwrap();
    }
    let text = player.playlist(noon, noon + Duration::from_secs(120)).await;
    assert_eq!(extinfs(&text), joined(60));
    assert!(!text.contains(&missing.id.to_string()), "its file is not there");
}

#[tokio::test]
async fn the_file_being_written_is_played_and_its_playlist_grows() {
    let player = Player::start().await;
    let unindexed = &player.server.deps.unindexed;
    let now = WallTime::now();
    let start = now - Duration::from_secs(120);
    let done = recorded(start, 60);
    player.store().index_segment(&done).await.unwrap();
    let open = Segment { frames: 0, ..recorded(start + Duration::from_secs(60), 0).segment };
    unindexed.opened(open.clone());
    let soon = now + Duration::from_secs(3600);

    player.write(&open, 30);
    let young = player.playlist(start, soon).await;
    assert!(young.contains("#EXT-X-PLAYLIST-TYPE:EVENT\n"), "{young}");
    assert!(young.contains("#EXT-X-TARGETDURATION:4\n") && !young.contains("ENDLIST"));
    assert_eq!(extinfs(&young), 60 + 29, "the last piece is not whole until the next begins");

    player.write(&open, 40);
    let older = player.playlist(start, soon).await;
    assert!(older.starts_with(&young), "what was told has changed");
    assert_eq!(extinfs(&older), 60 + 39);

    // Finished, and waiting for its row; then with it.
    let file = Recorded { segment: unindexed.get(open.id).unwrap(), index: seconds(40) };
    unindexed.finished(file.segment.clone());
    let next = Segment { frames: 0, ..recorded(start + Duration::from_secs(100), 0).segment };
    unindexed.opened(next.clone());
    player.write(&next, 5);
    let waiting = player.playlist(start, soon).await;
    assert!(waiting.starts_with(&older));
    assert_eq!(extinfs(&waiting), 60 + 40 + 4);
    player.store().index_segment(&file).await.unwrap();
    assert_eq!(player.playlist(start, soon).await, waiting, "row and list at once");
    unindexed.forget(open.id);
    assert_eq!(player.playlist(start, soon).await, waiting);

    // The camera stops: the same, and an end.
    unindexed.forget(next.id);
    let stopped = player.playlist(start, soon).await;
    assert_eq!(extinfs(&stopped), 60 + 40);
    assert!(stopped.ends_with("#EXT-X-ENDLIST\n"));
}

#[tokio::test]
async fn the_file_being_written_is_served_as_far_as_it_is_whole() {
    let player = Player::start().await;
    let unindexed = &player.server.deps.unindexed;
    let open = Segment { frames: 0, ..segment("front", WallTime::now()) };
    let path = player.server.path("storage").join(&open.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "0123456789 and a fragment that is not whole").unwrap();
    let url = format!("/segments/{}.mp4", open.id);
    unindexed.opened(open.clone());
    assert_eq!(player.get(&url, &[]).await.status, 404, "no picture yet");

    unindexed.grew(open.id, open.end, 10, 25);
    let whole = player.get(&url, &[]).await;
    assert_eq!((whole.status, whole.text().as_str()), (200, "0123456789"));
    let part = player.get(&url, &[("range", "bytes=4-100")]).await;
    assert_eq!((part.status, part.text().as_str()), (206, "456789"));
    assert_eq!(part.header("content-range"), Some("bytes 4-9/10"));
    // What a browser keeps of it would have it ask for the rest as a whole once it has grown.
    assert_eq!(part.header("cache-control"), Some("private, no-store"));
    assert_eq!(player.get(&url, &[("range", "bytes=10-")]).await.status, 416);
    let etag = whole.header("etag").unwrap().to_owned();
    assert_eq!(player.get(&url, &[("if-none-match", &etag)]).await.status, 304);

    unindexed.grew(open.id, open.end, 14, 50);
    let grown = player.get(&url, &[("if-none-match", &etag)]).await;
    assert_eq!((grown.status, grown.text().as_str()), (200, "0123456789 and"));
    assert_ne!(grown.header("etag"), Some(etag.as_str()));
    let old_part = [("range", "bytes=0-0"), ("if-range", etag.as_str())];
    assert_eq!(player.get(&url, &old_part).await.status, 200, "it is another by now");
    unindexed.forget(open.id);
    assert_eq!(player.get(&url, &[]).await.status, 404);
}

#[tokio::test]
async fn a_multivariant_playlist_names_the_codecs() {
    let player = Player::start().await;
    let noon = WallTime::from_micros(1_700_000_000_000_000);
    let mut first = recorded(noon, 60);
    first.segment.codecs.push("mp4a.40.2".into());
    let mut second = recorded(noon + Duration::from_secs(60), 60);
    second.segment.codecs = vec!["hvc1.1.6.L93.B0".into()];
    for file in [&first, &second] {
        player.store().index_segment(file).await.unwrap();
    }
    let (start, end) = (noon, noon + Duration::from_secs(120));
    let seconds = |seconds: u64| {
        Some(prost_types::Timestamp {
            seconds: (start + Duration::from_secs(seconds)).as_micros() / 1_000_000,
            nanos: 0,
        })
    };
    let ask = v1::GetPlaybackRequest {
        camera: "cameras/front".into(),
        start_time: seconds(0),
        end_time: seconds(120),
        h264: false,
    };
    let mut client = RecordingServiceClient::new(player.server.admin().await);
    let playback = client.get_playback(ask).await.unwrap().into_inner();
    assert_eq!(playback.codecs, ["avc1.64001f", "hvc1.1.6.L93.B0", "mp4a.40.2"]);
    let query = format!("?start={start}&end={end}");
    assert_eq!(playback.multivariant_path, format!("/playback/front/master.m3u8{query}"));
    assert_eq!(playback.hls_path, format!("/playback/front/index.m3u8{query}"));

    let answer = player.get(&playback.multivariant_path, &[]).await;
    assert_eq!(answer.header("content-type"), Some("application/vnd.apple.mpegurl"));
    let text = answer.text();
    let stream = "#EXT-X-STREAM-INF:BANDWIDTH=8000,AVERAGE-BANDWIDTH=8000,\
                  CODECS=\"avc1.64001f,hvc1.1.6.L93.B0,mp4a.40.2\",RESOLUTION=640x360,\
                  FRAME-RATE=25.000\n";
    assert!(text.contains(stream), "{text}");
    assert_eq!(text.lines().last(), Some(&*format!("index.m3u8{query}")));
}

#[tokio::test]
async fn what_cannot_be_played_is_told_in_words() {
    let player = Player::start().await;
    for file in ["index.m3u8", "master.m3u8"] {
        let cases = [
            ("?start=2026-11-22T12:00:00Z&end=2026-11-22T13:00:00Z", 404, "there is no footage"),
            ("?start=2026-11-22T12:00:00Z&end=2026-11-24T13:00:00Z", 400, "at most 24 hours"),
            ("", 400, "say when"),
        ];
        for (query, status, words) in cases {
            let answer = player.get(&format!("/playback/front/{file}{query}"), &[]).await;
            assert_eq!(answer.status, status, "{file}{query}");
            assert!(answer.text().contains(words), "{}", answer.text());
        }
        let path = format!("GET /playback/front/{file}?start=a&end=b");
        assert_eq!(request(player.server.address, &path, &[]).await.status, 401);
        let answer = player.get(&format!("/playback/..%2f..%2fetc/{file}"), &[]).await;
        assert_eq!(answer.status, 404);
    }
    player.store().clone().close().await.unwrap();
    let query = "?start=2026-11-22T12:00:00Z&end=2026-11-22T13:00:00Z";
    let answer = player.get(&format!("/playback/front/index.m3u8{query}"), &[]).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
}

#[tokio::test]
async fn a_picture_of_any_moment_is_that_of_the_key_frame_before_it() {
    let player = Player::start().await;
    let start = WallTime::from_micros(1_700_000_000_000_000);
    let done = recorded(start, 4);
    let path = player.server.path("storage").join(&done.segment.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "footage").unwrap();
    player.store().index_segment(&done).await.unwrap();
    let later = start + Duration::from_secs(10);
    let open = Segment { path: "front/open.mp4".into(), ..recorded(later, 0).segment };
    player.server.deps.unindexed.opened(open.clone());
    player.write(&open, 3);
    let at = |ms: u64| start + Duration::from_millis(ms);
    let picture = async |time: WallTime, more: &str| {
        player.get(&format!("/preview/front.jpg?time={time}{more}"), &[]).await
    };

    let cases = [
        (at(2999), "", "100 2100 1000 135", "private, max-age=600"),
        (at(3000), "&height=360", "100 3100 1000 360", "private, max-age=600"),
        (at(11_500), "", "100 1100 1000 135", "private, max-age=600"),
        (at(12_500), "", "100 2100 1000 135", "private, no-store"),
    ];
    for (time, more, want, cache) in cases {
        let answer = picture(time, more).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, want), "{time}");
        assert_eq!(answer.header("content-type"), Some("image/jpeg"));
        assert_eq!(answer.header("cache-control"), Some(cache), "{time}");
    }

    let gap = picture(at(5000), "").await;
    assert_eq!((gap.status, gap.text().trim()), (404, "there is no footage at this moment"));
    for path in ["/preview/front.jpg", "/preview/front.jpg?time=noon"] {
        let answer = player.get(path, &[]).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("?time="), "{}", answer.text());
    }
    assert_eq!(picture(at(0), "&height=7").await.status, 400);
    assert_eq!(player.get(&format!("/preview/front?time={start}"), &[]).await.status, 404);
    fs::remove_file(player.server.path("storage").join(&done.segment.path)).unwrap();
    assert_eq!(picture(at(0), "").await.status, 404, "its file is gone");
    let asked = format!("GET /preview/front.jpg?time={start}");
    assert_eq!(request(player.server.address, &asked, &[]).await.status, 401);
}

#[tokio::test]
async fn a_span_is_downloaded_as_one_file_with_the_times_and_gaps_it_had() {
    let player = Player::start().await;
    let start = WallTime::from_micros(1_700_000_000_000_000);
    let after = |ms: u64| start + Duration::from_millis(ms);
    // Two that follow each other, and one after a gap, of another kind.
    for (n, (at, tracks)) in
        [(0, "h"), (4020, "h"), (20_000, "h"), (30_000, "i")].iter().enumerate()
    {
        let mut file = recorded(after(*at), 4);
        file.segment.path = format!("front/{n}.mp4");
        let path = player.server.path("storage").join(&file.segment.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, tracks).unwrap();
        player.store().index_segment(&file).await.unwrap();
    }
    let path = |from: u64, to: u64| {
        format!("/playback/front/span.mp4?start={}&end={}", after(from), after(to))
    };

    let answer = player.get(&path(2500, 21_500), &[]).await;
    let text = answer.text();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let want = ["header of 20000 ms", "1: 2000 at 0", "2: 0 at 2000", "3: 0 at 18000"];
    assert_eq!((answer.status, &lines[..4]), (200, &want[..]), "{text}");
    assert_eq!(answer.header("content-length"), Some(text.len().to_string().as_str()));
    let name = "attachment; filename=\"front_2023-11-14_22-13-22.mp4\"";
    assert_eq!(answer.header("content-disposition"), Some(name));

    let changed = player.get(&path(21_000, 31_000), &[]).await;
    assert_eq!(changed.status, 409);
    assert!(changed.text().contains("changes at 2023-11-14T22:13:50"), "{}", changed.text());
    assert_eq!(player.get(&path(10_000, 19_000), &[]).await.status, 404, "a gap");
    assert_eq!(player.get(&path(2000, 1000), &[]).await.status, 400);
    fs::remove_file(player.server.path("storage").join("front/1.mp4")).unwrap();
    assert_eq!(player.get(&path(0, 8000), &[]).await.status, 404, "a file is gone");
    let asked = format!("GET {}", path(0, 1000));
    assert_eq!(request(player.server.address, &asked, &[]).await.status, 401);
}
