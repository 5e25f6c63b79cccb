use std::{f32::consts::TAU, ops::Range};

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;

fn points(places: &[[f32; 2]]) -> Vec<Point> {
    places.iter().map(|&[x, y]| Point { x, y }).collect()
}

fn polygon(places: &[[f32; 2]]) -> Result<Polygon, Error> {
    Polygon::new(&points(places))
}

/// Points at random distances around the middle, in order: never crosses itself.
fn star(random: &mut StdRng, count: usize, radii: Range<f32>) -> Vec<Point> {
    let point = |index: usize| {
        let (angle, radius) =
            (TAU * index as f32 / count as f32, random.random_range(radii.clone()));
        Point { x: 0.5 + radius * angle.cos(), y: 0.5 + radius * angle.sin() }
    };
    (0..count).map(point).collect()
}

#[test]
fn each_kind_of_nonsense_has_words_of_its_own() {
    let many = vec![[0.5, 0.5]; 101];
    let table: [(&[[f32; 2]], Error, &str); 11] = [
        (&[], Error::TooFew { count: 0 }, "at least 3"),
        (&[[0.0, 0.0], [1.0, 1.0]], Error::TooFew { count: 2 }, "at least 3"),
        (&many, Error::TooMany { count: 101 }, "at most 100"),
        (&[[0.0, 0.0], [1.0, f32::NAN], [0.0, 1.0]], Error::NotANumber { number: 2 }, "0 to 1"),
        (
            &[[f32::INFINITY, 0.0], [1.0, 0.0], [0.0, 1.0]],
            Error::NotANumber { number: 1 },
            "0 to 1",
        ),
        (
            &[[0.0, 0.0], [1.0, 0.0], [320.0, 1.0]],
            Error::Outside { number: 3, x: 320.0, y: 1.0 },
            "not pixels",
        ),
        (
            &[[0.0, 0.0], [1.0, -0.1], [0.0, 1.0]],
            Error::Outside { number: 2, x: 1.0, y: -0.1 },
            "not pixels",
        ),
        (
            &[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
            Error::Repeated { first: 4, second: 1 },
            "leave one out",
        ),
        (&[[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]], Error::NoArea, "apart"),
        (&[[0.1, 0.1], [0.1005, 0.1], [0.1, 0.1005]], Error::NoArea, "apart"),
        (
            &[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]],
            Error::Crossing { first: 1, second: 3 },
            "in order",
        ),
    ];

    for (places, expected, words) in table {
        let error = polygon(places).expect_err(words);
        assert_eq!(format!("{error:?}"), format!("{expected:?}"));
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn edges_that_touch_or_fold_back_are_crossings() {
    let table: [&[[f32; 2]]; 3] = [
        // A corner on another edge.
        &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 0.0], [0.0, 1.0]],
        // A spike.
        &[[0.0, 0.0], [1.0, 0.0], [0.5, 0.0], [0.0, 1.0]],
        // The same corner twice.
        &[[0.5, 0.5], [0.0, 0.0], [1.0, 0.0], [0.5, 0.5], [1.0, 1.0], [0.0, 1.0]],
    ];

    for places in table {
        let error = polygon(places).expect_err("it touches itself");
        assert!(matches!(error, Error::Crossing { .. }), "{error}");
    }
}

#[test]
fn hundred_thousand_points_are_refused_before_they_are_looked_at() {
    let places = vec![Point { x: f32::NAN, y: 7.0 }; 100_000];

    assert_eq!(Polygon::new(&places), Err(Error::TooMany { count: 100_000 }));
}

#[test]
fn inside_is_between_the_edges() {
    let arrow = polygon(&[[0.1, 0.1], [0.9, 0.1], [0.5, 0.4], [0.9, 0.9]]).unwrap();

    assert!(arrow.contains(0.3, 0.15) && arrow.contains(0.5, 0.5) && arrow.contains(0.8, 0.12));
    assert!(!arrow.contains(0.8, 0.4) && !arrow.contains(0.05, 0.1) && !arrow.contains(0.2, 0.9));
}

#[test]
fn whole_picture_is_a_polygon() {
    let whole = polygon(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).unwrap();

    assert_eq!(whole.area(), 1.0);
    assert_eq!(whole.grid().count(), 256);
    assert!(whole.rasterise(7, 3).into_iter().all(|inside| inside));
}

#[test]
fn sliver_touches_the_cells_along_it() {
    let sliver = polygon(&[[0.0, 0.51], [1.0, 0.51], [1.0, 0.5101]]).unwrap();

    assert_eq!(sliver.grid().count(), 16);
    assert!((0..16).all(|column| sliver.grid().is_set(column, 8)));
}

#[test]
fn stars_are_taken_and_their_area_is_that_of_their_cells() {
    let mut random = StdRng::seed_from_u64(1);
    for count in (3..=POINTS_MAX).cycle().take(300) {
        let places = star(&mut random, count, 0.1..0.5);
        let Ok(star) = Polygon::new(&places) else { panic!("{places:?}") };

        let cells = star.rasterise(200, 200);

        let share = cells.iter().filter(|&&inside| inside).count() as f32 / 40_000.0;
        assert!((share - star.area()).abs() < 0.02, "{share} is not {}", star.area());
        for _ in 0..50 {
            let index = random.random_range(0..cells.len());
            let x = ((index % 200) as f32 + 0.5) / 200.0;
            let y = ((index / 200) as f32 + 0.5) / 200.0;
            assert_eq!(star.contains(x, y), cells[index], "{x} {y} {places:?}");
            assert!(!cells[index] || star.grid().is_set((x * 16.0) as usize, (y * 16.0) as usize));
        }
    }
}

#[test]
fn stars_with_two_points_exchanged_or_a_bad_number_are_refused() {
    let mut random = StdRng::seed_from_u64(2);
    for _ in 0..300 {
        let count = random.random_range(8..=POINTS_MAX);
        let good = star(&mut random, count, 0.3..0.31);

        let mut crossed = good.clone();
        crossed.swap(0, count / 2);
        assert!(matches!(Polygon::new(&crossed), Err(Error::Crossing { .. })), "{crossed:?}");

        let mut spoilt = good;
        let (at, bad) = (random.random_range(0..count), random.random_range(0..4));
        spoilt[at].y = [f32::NAN, f32::NEG_INFINITY, 1.001, -1e-6][bad];
        let error = Polygon::new(&spoilt).expect_err("a number is bad");
        assert!(matches!(error, Error::NotANumber { .. } | Error::Outside { .. }), "{error}");
    }
}
