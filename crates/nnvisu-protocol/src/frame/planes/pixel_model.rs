//! The adaptive model of a plane's posteriors: probabilities, and the context of a pixel that
//! selects among them.

use super::range_coder::{Coder, Damaged, Probability};

/// Up to this size each combination of local gradients has a context of its own.
const SMALL_GRADIENT: u8 = 2;
/// Combinations of three small gradients.
const N_SMALL_GRADIENTS: usize = 5 * 5 * 5;
/// Bit lengths of a larger gradient: 2 to 8.
const N_LARGE_GRADIENTS: usize = 7;
/// Contexts of the prediction; in each the left or upper neighbour, both or none are full.
const N_CONTEXTS: usize = (N_SMALL_GRADIENTS + N_LARGE_GRADIENTS * 9) * 4;

/// Bit lengths of any gradient: 0 to 8.
const N_GRADIENT_LENGTHS: usize = 9;
/// Bit lengths of the neighbours' errors: 0 to 5, and more.
const N_ERROR_LENGTHS: usize = 7;
const N_ROUGHNESSES: usize = N_GRADIENT_LENGTHS * N_ERROR_LENGTHS;

/// Bit length of the longest error.
const MAX_ERROR_LENGTH: usize = 8;
/// Bit length of the longest run, of 4096 posteriors.
const MAX_RUN_LENGTH: usize = 13;

/// A coded posterior, as the contexts of the next ones use it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbor {
    pub(super) value: u8,
    /// The value less its [planar prediction](PixelContext::planar).
    pub(super) error: i16,
    /// Whether it is at its limit: nothing remains for later planes.
    pub(super) is_full: bool,
}

/// What encoder and decoder know of a pixel before its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct PixelContext {
    pub(super) left: Neighbor,
    pub(super) above: Neighbor,
    pub(super) above_left: u8,
    pub(super) above_right: u8,
    /// Largest possible value: what the earlier planes leave of 1.
    pub(super) limit: u8,
}

impl PixelContext {
    /// Whether all local gradients are zero, which starts a run.
    pub(super) fn is_level(&self) -> bool {
        let value = self.left.value;
        value == self.above.value && value == self.above_left && value == self.above_right
    }

    /// The value on the plane through three neighbours (left + above − above left), clamped.
    pub(super) fn planar(&self) -> i32 {
        let [left, above, corner] = [self.left.value, self.above.value, self.above_left];
        (i32::from(left) + i32::from(above) - i32::from(corner)).clamp(0, i32::from(self.limit))
    }

    /// The predicted value: the limit where both neighbours are at theirs, else the planar one.
    fn prediction(&self) -> i32 {
        if self.left.is_full && self.above.is_full {
            i32::from(self.limit)
        } else {
            self.planar()
        }
    }

    /// Differences of neighbours: left − above left, above − above left, above right − above.
    fn local_gradients(&self) -> [i32; 3] {
        let [left, above] = [self.left.value, self.above.value].map(i32::from);
        let [corner, right] = [self.above_left, self.above_right].map(i32::from);
        [left - corner, above - corner, right - above]
    }

    fn max_gradient(&self) -> u32 {
        let [a, b, c] = self.local_gradients().map(i32::unsigned_abs);
        a.max(b).max(c)
    }

    /// Index of the context of the prediction, below [`N_CONTEXTS`].
    fn context(&self) -> usize {
        let max_gradient = self.max_gradient();
        let gradients = if max_gradient <= u32::from(SMALL_GRADIENT) {
            let [a, b, c] = self
                .local_gradients()
                .map(|gradient| (gradient + i32::from(SMALL_GRADIENT)) as usize);
            (c * 5 + b) * 5 + a
        } else {
            let errors = [self.left.error, self.above.error];
            let [a, b] = errors.map(|error| (error.signum() + 1) as usize);
            N_SMALL_GRADIENTS + ((bit_length(max_gradient) - 2) * 3 + a) * 3 + b
        };
        gradients * 4 + usize::from(self.left.is_full) + 2 * usize::from(self.above.is_full)
    }

    /// Index of the context of the error size, below [`N_ROUGHNESSES`].
    fn roughness(&self) -> usize {
        let errors = [self.left.error, self.above.error].map(i16::unsigned_abs);
        let error_length = bit_length(u32::from(errors[0] + errors[1]));
        bit_length(self.max_gradient()) * N_ERROR_LENGTHS + error_length.min(N_ERROR_LENGTHS - 1)
    }
}

fn bit_length(value: u32) -> usize {
    (u32::BITS - value.leading_zeros()) as usize
}

/// The size of an error: its bit length in unary, its second highest bit, its other bits.
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
        let n_low_bits = length - 2;
        let second = coder.decision(&mut self.second_bit[length], size >> n_low_bits & 1 == 1);
        let low_bits = coder.number(1 << n_low_bits, size & ((1 << n_low_bits) - 1))?;
        Ok((2 + u32::from(second)) << n_low_bits | low_bits)
    }
}

/// The adaptive state of the codec; it begins anew with each frame.
#[derive(Debug, Clone)]
pub(super) struct PixelModel {
    run_continues: [Probability; MAX_RUN_LENGTH + 1],
    is_exact: [Probability; N_CONTEXTS],
    is_above: [Probability; N_CONTEXTS],
    sizes: [ErrorSize; N_ROUGHNESSES],
    /// The same for the pixel that interrupts a run.
    is_above_after_run: Probability,
    size_after_run: ErrorSize,
}

impl PixelModel {
    pub(super) const NEW: Self = Self {
        run_continues: [Probability::EVEN; MAX_RUN_LENGTH + 1],
        is_exact: [Probability::EVEN; N_CONTEXTS],
        is_above: [Probability::EVEN; N_CONTEXTS],
        sizes: [ErrorSize::NEW; N_ROUGHNESSES],
        is_above_after_run: Probability::EVEN,
        size_after_run: ErrorSize::NEW,
    };

    /// The length of a run that can have at most `n` pixels.
    pub(super) fn code_run<C: Coder>(
        &mut self,
        coder: &mut C,
        n: usize,
        n_same: usize,
    ) -> Result<usize, Damaged> {
        let continues = &mut self.run_continues[bit_length(n as u32)];
        if coder.decision(continues, n_same == n) {
            return Ok(n);
        }
        Ok(coder.number(n as u32, n_same as u32)? as usize)
    }

    /// The posterior that interrupts a run: it differs from `pixel.left`.
    pub(super) fn code_run_interruption<C: Coder>(
        &mut self,
        coder: &mut C,
        pixel: &PixelContext,
        value: u8,
    ) -> Result<u8, Damaged> {
        let run = i32::from(pixel.left.value);
        let (sign, size) = (&mut self.is_above_after_run, &mut self.size_after_run);
        code_miss(coder, (sign, size), run, pixel.limit, value)
    }

    /// A posterior outside runs.
    pub(super) fn code_value<C: Coder>(
        &mut self,
        coder: &mut C,
        pixel: &PixelContext,
        value: u8,
    ) -> Result<u8, Damaged> {
        let prediction = pixel.prediction();
        let context = pixel.context();
        if coder.decision(&mut self.is_exact[context], i32::from(value) == prediction) {
            return Ok(prediction as u8);
        }
        let (sign, size) = (
            &mut self.is_above[context],
            &mut self.sizes[pixel.roughness()],
        );
        code_miss(coder, (sign, size), prediction, pixel.limit, value)
    }
}

/// A value that differs from the predicted one.
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
