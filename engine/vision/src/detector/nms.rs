//! Leaves one box for each object: greedy non-maximum suppression within each class.

use super::decode::Candidate;

/// A crowded picture gives about a thousand boxes before suppression. More means a threshold near
/// zero, and the comparisons grow with the square.
const MAX_CANDIDATES: usize = 3_000;
/// Ultralytics' own limit for one picture.
const MAX_DETECTIONS: usize = 300;

/// Keeps the surest box of each group of one class that share more than `iou_threshold`.
pub(super) fn suppress(mut candidates: Vec<Candidate>, iou_threshold: f32) -> Vec<Candidate> {
    sort(&mut candidates);
    candidates.truncate(MAX_CANDIDATES);
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let is_duplicate = kept.iter().any(|sure| {
            sure.class == candidate.class && sure.place.iou(&candidate.place) > iou_threshold
        });
        if !is_duplicate {
            kept.push(candidate);
        }
        if kept.len() == MAX_DETECTIONS {
            break;
        }
    }
    kept
}

/// Orders by score and drops what is more than a picture can have.
pub(super) fn keep_surest(candidates: &mut Vec<Candidate>) {
    sort(candidates);
    candidates.truncate(MAX_DETECTIONS);
}

/// Surest first; equals stay in the order of the output, so that the same picture gives the same.
fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

    use super::*;
    use crate::geometry::Rect;

    fn candidate(class: usize, score: f32, x: f32) -> Candidate {
        Candidate { class, score, place: Rect::around(x, 50.0, 20.0, 40.0) }
    }

    fn crowd(random: &mut StdRng) -> Vec<Candidate> {
        let count = random.random_range(0..200);
        (0..count)
            .map(|_| Candidate {
                class: random.random_range(0..3),
                score: random.random_range(0.01..1.0),
                place: Rect::around(
                    random.random_range(0.0..100.0),
                    random.random_range(0.0..100.0),
                    random.random_range(1.0..60.0),
                    random.random_range(1.0..60.0),
                ),
            })
            .collect()
    }

    #[test]
    fn surest_of_a_heap_stays_and_other_classes_do_not_matter() {
        let heap = vec![
            candidate(0, 0.6, 51.0),
            candidate(0, 0.9, 50.0),
            candidate(1, 0.5, 50.0),
            candidate(0, 0.4, 90.0),
        ];

        let kept = suppress(heap.clone(), 0.5);

        assert_eq!(kept, [heap[1].clone(), heap[2].clone(), heap[3].clone()]);
    }

    #[test]
    fn survivors_share_little_and_the_dropped_are_explained() {
        let mut random = StdRng::seed_from_u64(3);
        for _ in 0..200 {
            let all = crowd(&mut random);
            let threshold = random.random_range(0.1..0.9);

            let kept = suppress(all.clone(), threshold);

            assert!(kept.is_sorted_by(|a, b| a.score >= b.score));
            for (index, one) in kept.iter().enumerate() {
                assert!(all.contains(one));
                let others = kept[..index].iter().filter(|other| other.class == one.class);
                assert!(others.into_iter().all(|other| other.place.iou(&one.place) <= threshold));
            }
            for dropped in all.iter().filter(|candidate| !kept.contains(candidate)) {
                assert!(kept.iter().any(|sure| sure.class == dropped.class
                    && sure.score >= dropped.score
                    && sure.place.iou(&dropped.place) > threshold));
            }
        }
    }

    #[test]
    fn order_of_the_boxes_does_not_matter_and_twice_is_once() {
        let mut random = StdRng::seed_from_u64(4);
        for _ in 0..200 {
            let mut all = crowd(&mut random);
            let kept = suppress(all.clone(), 0.5);

            all.shuffle(&mut random);

            assert_eq!(suppress(all, 0.5), kept);
            assert_eq!(suppress(kept.clone(), 0.5), kept);
        }
    }

    #[test]
    fn number_of_objects_has_a_limit() {
        let all: Vec<_> = (0..5_000).map(|index| candidate(0, 0.5, 100.0 * index as f32)).collect();

        assert_eq!(suppress(all.clone(), 0.5), all[..MAX_DETECTIONS]);
        let mut surest = all.clone();
        keep_surest(&mut surest);
        assert_eq!(surest, all[..MAX_DETECTIONS]);
    }
}
