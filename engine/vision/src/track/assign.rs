//! Which of two sets belong together, so that the sum of their likenesses is largest.
//!
//! Each group of rows and columns that hang together is solved alone by the Hungarian method
//! (shortest augmenting paths): in pictures these groups are small. Not here: likeness.

/// A row and a column that may belong together, and how alike they are: above 0, up to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Pair {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) likeness: f32,
}

/// The pairs that belong together, each row and column once, in the order of the rows.
pub(super) fn assign(rows: usize, columns: usize, pairs: &[Pair]) -> Vec<(usize, usize)> {
    let mut assigned = Vec::new();
    for group in groups(rows, columns, pairs) {
        match group.as_slice() {
            [one] => assigned.push((one.row, one.column)),
            several => assigned.extend(solve(several)),
        }
    }
    assigned.sort_unstable();
    assigned
}

/// Pairs that hang together over common rows and columns.
fn groups(rows: usize, columns: usize, pairs: &[Pair]) -> Vec<Vec<Pair>> {
    let mut links: Vec<usize> = (0..rows + columns).collect();
    for pair in pairs {
        let (a, b) = (root(&mut links, pair.row), root(&mut links, rows + pair.column));
        links[a.max(b)] = a.min(b);
    }
    let mut group_of = vec![usize::MAX; rows + columns];
    let mut groups: Vec<Vec<Pair>> = Vec::new();
    for pair in pairs {
        let root = root(&mut links, pair.row);
        if group_of[root] == usize::MAX {
            group_of[root] = groups.len();
            groups.push(Vec::new());
        }
        groups[group_of[root]].push(*pair);
    }
    groups
}

fn root(links: &mut [usize], mut index: usize) -> usize {
    while links[index] != index {
        links[index] = links[links[index]];
        index = links[index];
    }
    index
}

/// Solves one group. What may not belong together costs as much as to stay alone.
fn solve(pairs: &[Pair]) -> Vec<(usize, usize)> {
    let distinct = |mut all: Vec<usize>| {
        all.sort_unstable();
        all.dedup();
        all
    };
    let rows = distinct(pairs.iter().map(|pair| pair.row).collect());
    let columns = distinct(pairs.iter().map(|pair| pair.column).collect());
    // The method wants no more rows than columns.
    let is_turned = rows.len() > columns.len();
    let (down, across) = if is_turned { (&columns, &rows) } else { (&rows, &columns) };
    let mut costs = vec![1.0; down.len() * across.len()];
    for pair in pairs {
        let (row, column) =
            if is_turned { (pair.column, pair.row) } else { (pair.row, pair.column) };
        let (Ok(row), Ok(column)) = (down.binary_search(&row), across.binary_search(&column))
        else {
            continue;
        };
        costs[row * across.len() + column] = 1.0 - f64::from(pair.likeness);
    }
    let matched = cheapest(&costs, down.len(), across.len());
    let is_alike = |&(row, column): &(usize, usize)| costs[row * across.len() + column] < 1.0;
    let pair_of = |(row, column): (usize, usize)| match is_turned {
        true => (across[column], down[row]),
        false => (down[row], across[column]),
    };
    matched.into_iter().filter(is_alike).map(pair_of).collect()
}

/// The cheapest way to give each row a column of its own; there are as many columns at least.
fn cheapest(costs: &[f64], rows: usize, columns: usize) -> Vec<(usize, usize)> {
    const FREE: usize = usize::MAX;
    // Prices of rows and columns; the last column is where each search begins.
    let (mut row_price, mut column_price) = (vec![0.0; rows], vec![0.0; columns + 1]);
    let mut row_of = vec![FREE; columns + 1];
    for row in 0..rows {
        let (mut way, mut least) = (vec![columns; columns], vec![f64::INFINITY; columns]);
        let mut is_used = vec![false; columns + 1];
        let mut column = columns;
        row_of[column] = row;
        while row_of[column] != FREE {
            is_used[column] = true;
            let from = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, columns);
            for other in (0..columns).filter(|&other| !is_used[other]) {
                let cost = costs[from * columns + other] - row_price[from] - column_price[other];
                if cost < least[other] {
                    (least[other], way[other]) = (cost, column);
                }
                if least[other] < step {
                    (step, next) = (least[other], other);
                }
            }
            for other in 0..=columns {
                if is_used[other] {
                    row_price[row_of[other]] += step;
                    column_price[other] -= step;
                } else if other < columns {
                    least[other] -= step;
                }
            }
            column = next;
        }
        while column != columns {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    (0..columns).filter(|&column| row_of[column] != FREE).map(|c| (row_of[c], c)).collect()
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

    use super::*;

    fn sum(pairs: &[Pair], assigned: &[(usize, usize)]) -> f32 {
        let likeness = |&(row, column): &(usize, usize)| {
            let is_it = |pair: &&Pair| (pair.row, pair.column) == (row, column);
            pairs.iter().find(is_it).expect("only given pairs are assigned").likeness
        };
        assigned.iter().map(likeness).sum()
    }

    /// The largest sum, by trying all ways.
    fn best(pairs: &[Pair], rows: usize, row: usize, taken: &mut Vec<usize>) -> f32 {
        if row == rows {
            return 0.0;
        }
        let mut most = best(pairs, rows, row + 1, taken);
        for pair in pairs.iter().filter(|pair| pair.row == row) {
            if !taken.contains(&pair.column) {
                taken.push(pair.column);
                most = most.max(pair.likeness + best(pairs, rows, row + 1, taken));
                taken.pop();
            }
        }
        most
    }

    fn random_pairs(random: &mut StdRng, rows: usize, columns: usize, part: f64) -> Vec<Pair> {
        let all = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let mut pairs: Vec<Pair> = all
            .filter(|_| random.random_bool(part))
            .map(|(row, column)| Pair { row, column, likeness: 0.0 })
            .collect();
        for pair in &mut pairs {
            pair.likeness = random.random_range(0.01..1.0);
        }
        pairs.shuffle(random);
        pairs
    }

    #[test]
    fn sum_is_the_largest_there_is_and_nothing_is_used_twice() {
        let mut random = StdRng::seed_from_u64(11);
        for _ in 0..2_000 {
            let (rows, columns) = (random.random_range(0..6), random.random_range(0..6));
            let part = random.random_range(0.1..1.0);
            let pairs = random_pairs(&mut random, rows, columns, part);

            let assigned = assign(rows, columns, &pairs);

            let expected = best(&pairs, rows, 0, &mut Vec::new());
            assert!((sum(&pairs, &assigned) - expected).abs() < 1e-4, "{pairs:?} {assigned:?}");
            assert!(assigned.is_sorted_by(|a, b| a.0 < b.0));
            let mut columns: Vec<_> = assigned.iter().map(|&(_, column)| column).collect();
            columns.sort_unstable();
            assert!(columns.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn nearest_neighbour_gives_way_where_both_are_better_off() {
        let pair = |row, column, likeness| Pair { row, column, likeness };
        let pairs = [pair(0, 0, 0.9), pair(0, 1, 0.8), pair(1, 0, 0.85)];

        assert_eq!(assign(2, 2, &pairs), [(0, 1), (1, 0)]);
    }

    #[test]
    fn crowd_where_all_may_be_all_is_solved() {
        let mut random = StdRng::seed_from_u64(12);
        let pairs = random_pairs(&mut random, 300, 300, 1.0);

        assert_eq!(assign(300, 300, &pairs).len(), 300);
    }
}
