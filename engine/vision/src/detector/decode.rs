//! Turns the numbers of an output into boxes with a class and a score.
//!
//! Not here: telling layouts apart ([`super::layout`]), duplicates ([`super::nms`]).

use super::{
    Error,
    layout::{Layout, Output},
};
use crate::geometry::Rect;

/// How far rounding may carry a score out of 0 to 1.
const SCORE_SLACK: f32 = 1e-3;

/// A box that may be an object, in pixels of the network's input.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Candidate {
    /// Number of the class.
    pub(super) class: usize,
    /// From 0 to 1.
    pub(super) score: f32,
    /// Where.
    pub(super) place: Rect,
}

/// Reads outputs of one model.
#[derive(Debug)]
pub(super) struct Decoder {
    pub(super) layout: Layout,
    /// The shape that every output has.
    pub(super) shape: Vec<i64>,
    pub(super) classes: usize,
    pub(super) score_threshold: f32,
}

impl Decoder {
    /// The boxes at least as sure as the threshold, in the order of the output; for each box its
    /// best class.
    pub(super) fn candidates(&self, output: &Output) -> Result<Vec<Candidate>, Error> {
        if output.shape != self.shape {
            return Err(Error::Shape { shape: output.shape.clone(), classes: self.classes });
        }
        let found = match self.layout {
            Layout::ClassScores => self.class_scores(&output.values),
            Layout::Objectness => self.objectness(&output.values),
            Layout::EndToEnd => self.end_to_end(&output.values)?,
        };
        // A score that is NaN is not below the threshold: it comes this far, and is seen here.
        let is_finite = |c: &Candidate| c.score.is_finite() && c.place.is_finite();
        if found.iter().all(is_finite) { Ok(found) } else { Err(Error::NotFinite) }
    }

    fn is_sure(&self, score: f32) -> bool {
        score.is_nan() || score >= self.score_threshold
    }

    /// One row of numbers for each quantity, one column for each box.
    fn class_scores(&self, values: &[f32]) -> Vec<Candidate> {
        let count = values.len() / (4 + self.classes);
        let (places, scores) = values.split_at(4 * count);
        let mut best = vec![(0, f32::NEG_INFINITY); count];
        for (class, scores) in scores.chunks_exact(count).enumerate() {
            for (best, &score) in best.iter_mut().zip(scores) {
                if score > best.1 || score.is_nan() {
                    *best = (class, score);
                }
            }
        }
        let sure = best.into_iter().enumerate().filter(|&(_, (_, score))| self.is_sure(score));
        let at = |row: usize, index: usize| places[row * count + index];
        sure.map(|(index, (class, score))| {
            let place = Rect::around(at(0, index), at(1, index), at(2, index), at(3, index));
            Candidate { class, score, place }
        })
        .collect()
    }

    /// One row for each box; the score of a class counts as much as there is an object at all.
    fn objectness(&self, values: &[f32]) -> Vec<Candidate> {
        let mut found = Vec::new();
        for row in values.chunks_exact(5 + self.classes) {
            let objectness = row[4];
            if !self.is_sure(objectness) {
                continue;
            }
            let (mut class, mut best) = (0, f32::NEG_INFINITY);
            for (index, &score) in row[5..].iter().enumerate() {
                if score > best || score.is_nan() {
                    (class, best) = (index, score);
                }
            }
            let score = objectness * best;
            if self.is_sure(score) {
                let place = Rect::around(row[0], row[1], row[2], row[3]);
                found.push(Candidate { class, score, place });
            }
        }
        found
    }

    /// One row for each box, the rest of the rows empty.
    fn end_to_end(&self, values: &[f32]) -> Result<Vec<Candidate>, Error> {
        let mut found = Vec::new();
        for row in values.chunks_exact(6) {
            let &[left, top, right, bottom, score, class] = row else { continue };
            if !self.is_sure(score) {
                continue;
            }
            let place = Rect { left, top, right, bottom };
            found.push(Candidate { class: self.class_number(class)?, score, place });
        }
        Ok(found)
    }

    fn class_number(&self, class: f32) -> Result<usize, Error> {
        if class.is_nan() {
            return Err(Error::NotFinite);
        }
        if class.fract() != 0.0 || class < 0.0 || class >= self.classes as f32 {
            return Err(Error::Value {
                found: format!("the class {class}"),
                expected: format!("the {} classes it names", self.classes),
            });
        }
        Ok(class as usize)
    }
}

/// Checks all numbers of an output, whether they would become a box or not.
pub(super) fn check_values(layout: Layout, output: &Output) -> Result<(), Error> {
    if !output.values.iter().all(|value| value.is_finite()) {
        return Err(Error::NotFinite);
    }
    let columns = output.shape.last().map_or(1, |&columns| usize::try_from(columns).unwrap_or(1));
    let is_score = |index: usize| match layout {
        Layout::ClassScores => index >= 4 * columns,
        Layout::Objectness => index % columns >= 4,
        Layout::EndToEnd => index % columns == 4,
    };
    let allowed = -SCORE_SLACK..=1.0 + SCORE_SLACK;
    let mut scores = output.values.iter().enumerate().filter(|&(index, _)| is_score(index));
    match scores.find(|(_, score)| !allowed.contains(score)) {
        None => Ok(()),
        Some((_, score)) => {
            Err(Error::Value { found: format!("the score {score}"), expected: "0 to 1".to_owned() })
        }
    }
}

#[cfg(test)]
mod tests;
