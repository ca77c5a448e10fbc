//! What is likely where: the probabilities of a plane's posteriors, told apart by what lies
//! around the place.

use super::range_coder::{Coder, Damaged, Probability};

/// Largest step between neighbours of a place that counts as gentle.
const GENTLE: u8 = 2;
/// Ways in which the gentle steps between four neighbours can go.
const N_TEXTURES: usize = 5 * 5 * 5;
/// How steep steps can be: the bit lengths 2 to 8.
const N_STEEPNESSES: usize = 7;
/// Kinds of places; each can be at the limit to the left, above, both or not at all.
const N_KINDS: usize = (N_TEXTURES + N_STEEPNESSES * 9) * 4;

/// Bit lengths of steps between neighbours: 0 to 8.
const N_STEP_LENGTHS: usize = 9;
/// Bit lengths of the neighbours' errors: 0 to 5, and more.
const N_ERROR_LENGTHS: usize = 7;
const N_ROUGHNESSES: usize = N_STEP_LENGTHS * N_ERROR_LENGTHS;

/// Bit length of the longest error.
const MAX_ERROR_LENGTH: usize = 8;
/// Bit length of the longest run, of 4096 posteriors.
const MAX_RUN_LENGTH: usize = 13;

/// A posterior that is decided on, as the next ones see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbour {
    pub(super) value: u8,
    /// The value less its [`gradient`](Place::gradient).
    pub(super) error: i16,
    /// Whether it is as great as it could be: nothing is left for the other classes.
    pub(super) is_full: bool,
}

/// A place of a plane and what is known around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) left: Neighbour,
    pub(super) above: Neighbour,
    pub(super) above_left: u8,
    pub(super) above_right: u8,
    /// Greatest value that is possible here: what earlier planes have left of the whole.
    pub(super) limit: u8,
}

impl Place {
    /// Whether the four neighbours are equal: then so is, nearly always, what follows.
    pub(super) fn is_level(&self) -> bool {
        let value = self.left.value;
        value == self.above.value && value == self.above_left && value == self.above_right
    }

    /// Where the plane through the neighbours is, within what is possible.
    pub(super) fn gradient(&self) -> i32 {
        let [left, above, corner] = [self.left.value, self.above.value, self.above_left];
        (i32::from(left) + i32::from(above) - i32::from(corner)).clamp(0, i32::from(self.limit))
    }

    /// The value that is expected: all of the rest between neighbours that took all of theirs.
    fn prediction(&self) -> i32 {
        if self.left.is_full && self.above.is_full {
            i32::from(self.limit)
        } else {
            self.gradient()
        }
    }

    /// The steps between the neighbours: corner to left, corner to above, above to its right.
    fn steps(&self) -> [i32; 3] {
        let [left, above] = [self.left.value, self.above.value].map(i32::from);
        let [corner, right] = [self.above_left, self.above_right].map(i32::from);
        [left - corner, above - corner, right - above]
    }

    fn steepest(&self) -> u32 {
        let [a, b, c] = self.steps().map(i32::unsigned_abs);
        a.max(b).max(c)
    }

    /// What kind of place it is: below [`N_KINDS`].
    fn kind(&self) -> usize {
        let steepest = self.steepest();
        let kind = if steepest <= u32::from(GENTLE) {
            let [a, b, c] = self.steps().map(|step| (step + i32::from(GENTLE)) as usize);
            (c * 5 + b) * 5 + a
        } else {
            let errors = [self.left.error, self.above.error];
            let [a, b] = errors.map(|error| (error.signum() + 1) as usize);
            N_TEXTURES + ((bit_length(steepest) - 2) * 3 + a) * 3 + b
        };
        kind * 4 + usize::from(self.left.is_full) + 2 * usize::from(self.above.is_full)
    }

    /// How far off predictions are here: below [`N_ROUGHNESSES`].
    fn roughness(&self) -> usize {
        let errors = [self.left.error, self.above.error].map(i16::unsigned_abs);
        let error_length = bit_length(u32::from(errors[0] + errors[1]));
        bit_length(self.steepest()) * N_ERROR_LENGTHS + error_length.min(N_ERROR_LENGTHS - 1)
    }
}

fn bit_length(value: u32) -> usize {
    (u32::BITS - value.leading_zeros()) as usize
}

/// How large an error is, in binary: its length one by one, the bit below the highest, the rest.
#[derive(Debug, Clone, Copy)]
struct ErrorSize {
    is_longer: [Probability; MAX_ERROR_LENGTH],
    second_bit: [Probability; MAX_ERROR_LENGTH + 1],
}

impl ErrorSize {
    const NEW: Self = Self {
        is_longer: [Probability::EVEN; MAX_ERROR_LENGTH],
        second_bit: [Probability::EVEN; MAX_ERROR_LENGTH + 1],
    };

    /// A size of 1 to 255.
    fn code<C: Coder>(&mut self, coder: &mut C, size: u32) -> Result<u32, Damaged> {
        let given = bit_length(size);
        let mut length = 1;
        while length < MAX_ERROR_LENGTH
            && coder.decision(&mut self.is_longer[length], given > length)
        {
            length += 1;
        }
        if length == 1 {
            return Ok(1);
        }
        let n_rest = length - 2;
        let second = coder.decision(&mut self.second_bit[length], size >> n_rest & 1 == 1);
        let rest = coder.number(1 << n_rest, size & ((1 << n_rest) - 1))?;
        Ok((2 + u32::from(second)) << n_rest | rest)
    }
}

/// All that is learnt while a picture is coded.
#[derive(Debug, Clone)]
pub(super) struct Model {
    run_goes_on: [Probability; MAX_RUN_LENGTH + 1],
    is_hit: [Probability; N_KINDS],
    is_above: [Probability; N_KINDS],
    sizes: [ErrorSize; N_ROUGHNESSES],
    /// The same after a run.
    is_above_run: Probability,
    size_after_run: ErrorSize,
}

impl Model {
    pub(super) const NEW: Self = Self {
        run_goes_on: [Probability::EVEN; MAX_RUN_LENGTH + 1],
        is_hit: [Probability::EVEN; N_KINDS],
        is_above: [Probability::EVEN; N_KINDS],
        sizes: [ErrorSize::NEW; N_ROUGHNESSES],
        is_above_run: Probability::EVEN,
        size_after_run: ErrorSize::NEW,
    };

    /// How many of `n` posteriors are the same as those around them, before one is not.
    pub(super) fn code_run<C: Coder>(
        &mut self,
        coder: &mut C,
        n: usize,
        n_same: usize,
    ) -> Result<usize, Damaged> {
        let goes_on = &mut self.run_goes_on[bit_length(n as u32)];
        if coder.decision(goes_on, n_same == n) {
            return Ok(n);
        }
        Ok(coder.number(n as u32, n_same as u32)? as usize)
    }

    /// The posterior that ends a run: another one than `place.left`.
    pub(super) fn code_break<C: Coder>(
        &mut self,
        coder: &mut C,
        place: &Place,
        value: u8,
    ) -> Result<u8, Damaged> {
        let run = i32::from(place.left.value);
        let (sign, size) = (&mut self.is_above_run, &mut self.size_after_run);
        code_miss(coder, (sign, size), run, place.limit, value)
    }

    /// Any other posterior.
    pub(super) fn code_value<C: Coder>(
        &mut self,
        coder: &mut C,
        place: &Place,
        value: u8,
    ) -> Result<u8, Damaged> {
        let prediction = place.prediction();
        let kind = place.kind();
        if coder.decision(&mut self.is_hit[kind], i32::from(value) == prediction) {
            return Ok(prediction as u8);
        }
        let (sign, size) = (&mut self.is_above[kind], &mut self.sizes[place.roughness()]);
        code_miss(coder, (sign, size), prediction, place.limit, value)
    }
}

/// A value that is not the one predicted.
fn code_miss<C: Coder>(
    coder: &mut C,
    (sign, size): (&mut Probability, &mut ErrorSize),
    prediction: i32,
    limit: u8,
    value: u8,
) -> Result<u8, Damaged> {
    let error = i32::from(value) - prediction;
    let is_above = match prediction {
        0 => true,
        at if at == i32::from(limit) => false,
        _ => coder.decision(sign, error > 0),
    };
    let size = size.code(coder, error.unsigned_abs())?;
    let value = if is_above {
        prediction.saturating_add_unsigned(size)
    } else {
        prediction.saturating_sub_unsigned(size)
    };
    u8::try_from(value)
        .ok()
        .filter(|value| *value <= limit)
        .ok_or(Damaged)
}
