//! What becomes of the detector that hangs, panics, fails, is slow, or is replaced. Its model is a
//! fake; threads, times and files are real.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use bytes::Bytes;
use ronin_core::{Notice, NoticeKind, WallTime, frame::VideoFrame};
use ronin_testkit::wait;
use ronin_vision::{
    detector::{self, Detection, Device, DeviceChoice, Layout, ModelInfo},
    geometry::{Rect, Size},
};
use tokio::sync::watch;

use super::*;

const BOUND: Duration = Duration::from_secs(20);
const WHOLE: Rect = Rect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

/// What a fake does with a picture.
type Act = Arc<dyn Fn(usize) -> Result<(), detector::Error> + Send + Sync>;

struct Fake {
    info: ModelInfo,
    batch: usize,
    runs: Arc<Mutex<Vec<usize>>>,
    act: Act,
    seen: Arc<AtomicUsize>,
}

impl Detect for Fake {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    fn detect_in(&mut self, _: &VideoFrame, _: Rect) -> Result<Vec<Detection>, detector::Error> {
        (self.act)(self.seen.fetch_add(1, Ordering::SeqCst))?;
        Ok(Vec::new())
    }

    fn batch_max(&self) -> usize {
        self.batch
    }

    fn detect_all(
        &mut self,
        pictures: &[(VideoFrame, Rect)],
    ) -> Result<Vec<Vec<Detection>>, detector::Error> {
        self.runs.lock().unwrap().push(pictures.len());
        pictures.iter().map(|(frame, region)| self.detect_in(frame, *region)).collect()
    }
}

/// A running service over a fake, and what it told.
struct Rig {
    desk: Desk,
    status: watch::Receiver<Status>,
    notices: Arc<Mutex<Vec<Notice>>>,
    loads: Arc<Mutex<Vec<DeviceChoice>>>,
    /// How many pictures each run had.
    runs: Arc<Mutex<Vec<usize>>>,
    folder: tempfile::TempDir,
    _stop: tokio_util::sync::DropGuard,
}

fn broken(why: &str) -> detector::Error {
    detector::Error::Other(why.into())
}

/// `load`: what becomes of the attempt of this number; `act`: what a loaded one does with the
/// picture of this number, counted over all.
async fn rig(
    load: impl Fn(usize) -> Result<(), detector::Error> + Send + Sync + 'static,
    act: impl Fn(usize) -> Result<(), detector::Error> + Send + Sync + 'static,
) -> Rig {
    rig_of(1, load, act).await
}

/// The same where one run takes several pictures.
async fn rig_of(
    batch: usize,
    load: impl Fn(usize) -> Result<(), detector::Error> + Send + Sync + 'static,
    act: impl Fn(usize) -> Result<(), detector::Error> + Send + Sync + 'static,
) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.torchscript"), b"1").unwrap();
    let (loads, seen) = (Arc::<Mutex<Vec<DeviceChoice>>>::default(), Arc::default());
    let (act, counted): (Act, _) = (Arc::new(act), loads.clone());
    let runs = Arc::<Mutex<Vec<usize>>>::default();
    let counted_runs = runs.clone();
    let loader: Load = Arc::new(move |file_name, device| {
        let attempt = {
            let mut loads = counted.lock().unwrap();
            loads.push(device);
            loads.len() - 1
        };
        load(attempt)?;
        let info = ModelInfo {
            file_name: file_name.to_owned(),
            sha256: format!("sum {attempt}"),
            device: if device == DeviceChoice::Cpu { Device::Cpu } else { Device::Cuda(0) },
            labels: vec!["person".into()],
            input: Size { width: 64, height: 64 },
            layout: Layout::ClassScores,
        };
        let (act, seen, runs) = (Arc::clone(&act), Arc::clone(&seen), counted_runs.clone());
        Ok(Box::new(Fake { info, batch, runs, act, seen }) as Box<dyn Detect>)
    });
    let notices = Arc::<Mutex<Vec<Notice>>>::default();
    let told = notices.clone();
    let tell = move |notice| told.lock().unwrap().push(notice);
    let service =
        Service::new(folder.path().to_owned(), "model.torchscript".to_owned(), loader, tell);
    let (desk, status) = (service.desk(), service.status());
    let stop = tokio_util::sync::CancellationToken::new();
    crate::tasks::Tasks::default().spawn(
        crate::tasks::TaskKind::Engine,
        "detector",
        service.run(stop.clone()),
    );
    Rig { desk, status, notices, loads, runs, folder, _stop: stop.drop_guard() }
}

impl Rig {
    async fn wait(&mut self, what: &str, is_it: impl FnMut(&Status) -> bool) -> Status {
        let found = tokio::time::timeout(BOUND, self.status.wait_for(is_it)).await;
        found.unwrap_or_else(|_| panic!("waited in vain for: {what}")).unwrap().clone()
    }

    async fn running(&mut self) -> Status {
        self.wait("running", |status| status.state == State::Running).await
    }

    /// Leaves a picture of a camera; what comes back says whose it was.
    fn leave(&self, camera: &str, number: i64, answers: &mpsc::Sender<(String, i64)>) {
        let data = Bytes::from(vec![0; 12]);
        let frame = VideoFrame::new(2, 2, 6, data, WallTime::from_micros(number)).unwrap();
        let (name, answers) = (camera.to_owned(), answers.clone());
        let answer = Box::new(move |_: Answer| drop(answers.send((name, number))));
        self.desk.leave(&camera.parse().unwrap(), Job { frame, region: WHOLE, answer });
    }

    fn kinds(&self) -> Vec<NoticeKind> {
        self.notices.lock().unwrap().iter().map(|notice| notice.kind).collect()
    }

    /// Leaves pictures until one is answered.
    async fn wait_answer(&self) {
        let (sender, answers) = mpsc::channel();
        let ask = || {
            self.leave("yard", 1, &sender);
            answers.try_recv().is_ok()
        };
        wait::eventually_async(BOUND, "an answer", ask).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_each_camera_the_newest_picture_waits_and_cameras_take_turns() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let hold = move |_| {
        let _ = gate.lock().unwrap().recv_timeout(BOUND);
        Ok(())
    };
    let mut rig = rig(|_| Ok(()), hold).await;
    rig.running().await;
    let (sender, answers) = mpsc::channel();
    rig.leave("busy", 0, &sender);
    wait::eventually_async(BOUND, "the first is looked at", || rig.desk.busy_for().is_some()).await;
    for number in 1..=10 {
        rig.leave("busy", number, &sender);
        if number == 3 {
            rig.leave("calm", number, &sender);
        }
    }
    for _ in 0..3 {
        release.send(()).unwrap();
    }
    let heard: Vec<_> = (0..3).map(|_| answers.recv_timeout(BOUND).unwrap()).collect();
    let expected = [("busy", 0), ("busy", 10), ("calm", 3)];
    assert_eq!(heard, expected.map(|(camera, number)| (camera.to_owned(), number)));
    assert_eq!(rig.desk.counts().replaced, 9);
    assert!(answers.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_camera_gets_no_more_turns_than_others() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let hold = move |_| {
        let _ = gate.lock().unwrap().recv_timeout(BOUND);
        Ok(())
    };
    let mut rig = rig(|_| Ok(()), hold).await;
    rig.running().await;
    let (sender, answers) = mpsc::channel();
    // While one is looked at, the others wait.
    for camera in ["busy", "a", "b"] {
        rig.leave(camera, 0, &sender);
    }
    let mut turns = BTreeMap::<String, usize>::new();
    for number in 1..=60 {
        release.send(()).unwrap();
        let (camera, _) = answers.recv_timeout(BOUND).unwrap();
        let again = if camera == "busy" { 4 } else { 1 };
        for _ in 0..again {
            rig.leave(&camera, number, &sender);
            rig.leave("busy", number, &sender);
        }
        *turns.entry(camera).or_default() += 1;
    }
    let (least, most) = (turns.values().min().unwrap(), turns.values().max().unwrap());
    assert!(most - least <= 2, "{turns:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_several_cameras_are_looked_at_together_where_that_is_worth_it() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let hold = move |n| {
        if n == 0 {
            let _ = gate.lock().unwrap().recv_timeout(BOUND);
        }
        Ok(())
    };
    let mut rig = rig_of(4, |_| Ok(()), hold).await;
    rig.running().await;
    let (sender, answers) = mpsc::channel();
    rig.leave("first", 0, &sender);
    wait::eventually_async(BOUND, "the first is looked at", || rig.desk.busy_for().is_some()).await;
    for camera in ["a", "b", "c", "d", "e", "a"] {
        rig.leave(camera, 1, &sender);
    }
    release.send(()).unwrap();
    for _ in 0..6 {
        answers.recv_timeout(BOUND).unwrap();
    }
    assert_eq!(*rig.runs.lock().unwrap(), [1, 4, 1]);
    assert_eq!(rig.desk.counts().pictures, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_panics_is_started_again() {
    let mut rig = rig(|_| Ok(()), |n| if n == 0 { panic!("expected") } else { Ok(()) }).await;
    rig.running().await;
    rig.wait_answer().await;
    assert_eq!(rig.loads.lock().unwrap().len(), 2);
    assert_eq!(rig.kinds(), [], "one restart is no news for people");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_is_left_alone_and_another_goes_on() {
    let hang = |n| {
        if n == 0 {
            let (_sender, never) = mpsc::channel::<()>();
            let _ = never.recv_timeout(BOUND * 2);
        }
        Ok(())
    };
    let mut rig = rig(|_| Ok(()), hang).await;
    rig.running().await;
    let began = std::time::Instant::now();
    rig.wait_answer().await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(rig.loads.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_panics_again_and_again_is_off_until_its_file_changes() {
    let mut rig = rig(|_| Ok(()), |n| if n < 6 { panic!("expected") } else { Ok(()) }).await;
    rig.running().await;
    let (sender, _answers) = mpsc::channel();
    let off = wait::eventually_some(BOUND, "it is off", || {
        rig.leave("yard", 1, &sender);
        let status = rig.status.borrow().clone();
        async move { (status.state == State::Failed).then_some(status) }
    });
    let status = off.await;
    assert!(status.message.contains("off for 10 min"), "{}", status.message);
    assert_eq!(rig.loads.lock().unwrap().len(), 6);
    assert_eq!(rig.kinds(), [NoticeKind::DetectorFailed]);

    fs::write(rig.folder.path().join("model.torchscript"), b"22").unwrap();
    rig.running().await;
    rig.wait_answer().await;
    assert_eq!(rig.kinds(), [NoticeKind::DetectorFailed, NoticeKind::DetectorBack]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graphics_card_that_fails_is_left_for_the_processor() {
    let mut rig =
        rig(|_| Ok(()), |n| if n < 3 { Err(broken("out of memory")) } else { Ok(()) }).await;
    let status = rig.running().await;
    assert_eq!(status.info.unwrap().device, Device::Cuda(0));
    rig.wait_answer().await;
    let status = rig.running().await;
    assert_eq!(status.info.unwrap().device, Device::Cpu);
    assert!(status.message.contains("graphics card failed"), "{}", status.message);
    assert_eq!(*rig.loads.lock().unwrap(), [DeviceChoice::Auto, DeviceChoice::Cpu]);
    assert_eq!(rig.kinds(), [NoticeKind::DetectorFailed, NoticeKind::DetectorBack]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_is_loaded_and_a_bad_one_leaves_the_old_at_work() {
    let load = |attempt| if attempt == 1 { Err(broken("no model at all")) } else { Ok(()) };
    let mut rig = rig(load, |_| Ok(())).await;
    let first = rig.running().await;
    assert_eq!(first.info.unwrap().sha256, "sum 0");

    fs::write(rig.folder.path().join("model.torchscript"), b"bad").unwrap();
    let kept = rig.wait("the refusal", |status| !status.message.is_empty()).await;
    assert_eq!((kept.state, kept.info.unwrap().sha256.as_str()), (State::Running, "sum 0"));
    assert!(kept.message.contains("no model at all"), "{}", kept.message);
    assert!(kept.message.contains("loaded before goes on"), "{}", kept.message);
    rig.wait_answer().await;

    fs::write(rig.folder.path().join("model.torchscript"), b"good again").unwrap();
    let good = rig.wait("the new one", |status| status.message.is_empty()).await;
    assert_eq!(good.info.unwrap().sha256, "sum 2");
    assert_eq!(rig.kinds(), [NoticeKind::DetectorFailed, NoticeKind::DetectorBack]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_be_used_is_said_once_and_tried_when_it_changes() {
    let load = |attempt| if attempt == 0 { Err(broken("of a wrong shape")) } else { Ok(()) };
    let mut rig = rig(load, |_| Ok(())).await;
    let failed = rig.wait("the refusal", |status| status.state == State::Failed).await;
    assert!(failed.message.contains("of a wrong shape"), "{}", failed.message);
    assert!(failed.identity().is_none());
    let (sender, answers) = mpsc::channel();
    rig.leave("yard", 1, &sender);
    assert!(answers.try_recv().is_err());

    fs::write(rig.folder.path().join("model.torchscript"), b"22").unwrap();
    rig.running().await;
    rig.wait_answer().await;
    assert_eq!(rig.kinds(), [NoticeKind::DetectorFailed, NoticeKind::DetectorBack]);
}

#[test]
fn files_are_listed_with_their_sums_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let files = ModelFiles::new(folder.path().to_owned(), None);
    assert!(files.list().models.is_empty());
    assert!(files.list().message.contains("RONIN_DETECT_MODEL"));
    assert!(files.in_use().is_err());

    fs::write(folder.path().join("a.torchscript"), b"abc").unwrap();
    fs::write(folder.path().join("note.txt"), b"abc").unwrap();
    std::os::unix::fs::symlink("a.torchscript", folder.path().join("b.torchscript")).unwrap();
    let listed = files.list().models;
    assert_eq!(listed.len(), 1);
    let loaded = listed[0].loaded.clone().unwrap();
    assert_eq!((listed[0].file_name.as_str(), listed[0].size_bytes), ("a.torchscript", 3));
    assert!(loaded.sha256.starts_with("ba7816bf"), "{}", loaded.sha256);
}
