//! An adaptive binary range coder: symbols in, bytes out, and back.
//!
//! The state is an interval of 32-bit numbers. Each symbol narrows it in proportion to the
//! symbol's probability, so that a likely one costs little; leading bytes that are settled leave
//! it. This is the coder of LZMA (I. Pavlov, *LZMA specification*, after G. N. N. Martin, "Range
//! encoding", 1979) with probabilities of 16 bits, a rate of learning that slows down, and
//! without the zero byte in front.
//!
//! A model is written once, against [`Coder`], and so cannot differ between the two directions.

/// The interval is made wider as soon as it is narrower than this.
const NARROWEST: u32 = 1 << 24;

/// Bytes that say where in the last interval the message ends.
const LAST_BYTES: usize = 4;

/// The compressed bytes are not what an encoder writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// How likely a yes is, learnt from the decisions so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probability {
    /// 65,536ths.
    of_yes: u16,
    /// Index into [`Self::RATES`].
    n_seen: u8,
}

impl Probability {
    pub(super) const EVEN: Self = Self {
        of_yes: 1 << 15,
        n_seen: 0,
    };

    /// The share of what is still to learn that each decision teaches, as a shift. The last one
    /// stays; it also keeps the probability from ever being 0 or 1.
    const RATES: [u8; 8] = [1, 2, 2, 3, 3, 3, 3, 4];

    fn learn(&mut self, yes: bool) {
        let rate = Self::RATES[usize::from(self.n_seen)];
        if yes {
            self.of_yes += (u16::MAX - self.of_yes) >> rate;
        } else {
            self.of_yes -= self.of_yes >> rate;
        }
        if usize::from(self.n_seen) < Self::RATES.len() - 1 {
            self.n_seen += 1;
        }
    }
}

/// One direction of coding. Symbols are passed in and handed back: an encoder writes what it is
/// given, a decoder ignores that and hands back what it reads.
pub(super) trait Coder {
    /// What is to be written; `T::default()` when reading.
    fn given<T: Default>(&self, symbol: impl FnOnce() -> T) -> T;

    /// A decision whose probability is learnt.
    fn decision(&mut self, probability: &mut Probability, yes: bool) -> bool;

    /// One of `n` equally likely numbers from 0 on; `n` is 1 to 4096.
    ///
    /// # Errors
    ///
    /// When what is read is none of them.
    fn number(&mut self, n: u32, number: u32) -> Result<u32, Damaged>;
}

/// The part of the interval that stands for yes.
fn yes_width(range: u32, probability: Probability) -> u32 {
    (range >> 16) * u32::from(probability.of_yes)
}

/// Appends to bytes.
#[derive(Debug)]
pub(super) struct Encoder<'a> {
    low: u32,
    range: u32,
    bytes: &'a mut Vec<u8>,
    /// Where this coder's bytes begin.
    start: usize,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self {
            low: 0,
            range: u32::MAX,
            start: bytes.len(),
            bytes,
        }
    }

    /// Takes the upper part of the interval from `by` on.
    fn raise(&mut self, by: u32) {
        let (low, carry) = self.low.overflowing_add(by);
        self.low = low;
        if carry {
            for byte in self.bytes[self.start..].iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }
    }

    fn widen(&mut self) {
        while self.range < NARROWEST {
            self.bytes.push((self.low >> 24) as u8);
            self.low <<= 8;
            self.range <<= 8;
        }
    }

    /// Writes the last bytes: the decoder ends at exactly the low end of the last interval.
    pub(super) fn finish(self) {
        self.bytes.extend(self.low.to_be_bytes());
    }
}

impl Coder for Encoder<'_> {
    fn given<T: Default>(&self, symbol: impl FnOnce() -> T) -> T {
        symbol()
    }

    fn decision(&mut self, probability: &mut Probability, yes: bool) -> bool {
        let width = yes_width(self.range, *probability);
        if yes {
            self.range = width;
        } else {
            self.raise(width);
            self.range -= width;
        }
        probability.learn(yes);
        self.widen();
        yes
    }

    fn number(&mut self, n: u32, number: u32) -> Result<u32, Damaged> {
        debug_assert!(number < n);
        self.range /= n;
        self.raise(self.range * number);
        self.widen();
        Ok(number)
    }
}

/// Reads bytes to their end.
#[derive(Debug)]
pub(super) struct Decoder<'a> {
    /// Where the message lies above the low end of the interval.
    offset: u32,
    range: u32,
    bytes: std::slice::Iter<'a, u8>,
    /// Bytes that were asked for after the last one.
    n_missing: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self {
            offset: 0,
            range: u32::MAX,
            bytes: bytes.iter(),
            n_missing: 0,
        };
        for _ in 0..LAST_BYTES {
            decoder.next_byte();
        }
        decoder
    }

    fn next_byte(&mut self) {
        let byte = self.bytes.next();
        self.n_missing += usize::from(byte.is_none());
        self.offset = self.offset << 8 | u32::from(byte.copied().unwrap_or(0));
    }

    fn widen(&mut self) {
        while self.range < NARROWEST {
            self.next_byte();
            self.range <<= 8;
        }
    }

    /// Whether the message ended exactly where an encoder ends it. Almost no damage leaves that
    /// so, unless the message is only a few bytes long: from it on all numbers are others.
    pub(super) fn finish(self) -> Result<(), Damaged> {
        if self.offset == 0 && self.n_missing == 0 && self.bytes.len() == 0 {
            Ok(())
        } else {
            Err(Damaged)
        }
    }
}

impl Coder for Decoder<'_> {
    fn given<T: Default>(&self, _: impl FnOnce() -> T) -> T {
        T::default()
    }

    fn decision(&mut self, probability: &mut Probability, _: bool) -> bool {
        let width = yes_width(self.range, *probability);
        let yes = self.offset < width;
        if yes {
            self.range = width;
        } else {
            self.offset -= width;
            self.range -= width;
        }
        probability.learn(yes);
        self.widen();
        yes
    }

    fn number(&mut self, n: u32, _: u32) -> Result<u32, Damaged> {
        self.range /= n;
        let number = self.offset / self.range;
        if number >= n {
            return Err(Damaged);
        }
        self.offset -= self.range * number;
        self.widen();
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Symbol {
        Decision { context: usize, yes: bool },
        Number { n: u32, number: u32 },
    }

    /// Decisions that are mostly the same in most contexts, as real ones are; and the greatest
    /// numbers, which carry into bytes that are written already.
    fn symbol() -> impl Strategy<Value = Symbol> {
        let decision = |chance| {
            (0..3_usize, prop::bool::weighted(chance))
                .prop_map(|(context, yes)| Symbol::Decision { context, yes })
        };
        let number = (1..=4096_u32)
            .prop_flat_map(|n| (Just(n), prop_oneof![0..n, Just(n - 1)]))
            .prop_map(|(n, number)| Symbol::Number { n, number });
        prop_oneof![decision(0.5), decision(0.01), decision(0.99), number]
    }

    fn code<C: Coder>(
        coder: &mut C,
        contexts: &mut [Probability; 3],
        symbol: Symbol,
    ) -> Result<Symbol, Damaged> {
        Ok(match symbol {
            Symbol::Decision { context, yes } => Symbol::Decision {
                context,
                yes: coder.decision(&mut contexts[context], yes),
            },
            Symbol::Number { n, number } => Symbol::Number {
                n,
                number: coder.number(n, number)?,
            },
        })
    }

    fn encoded(symbols: &[Symbol]) -> Vec<u8> {
        let mut bytes = vec![255; 3];
        let mut encoder = Encoder::new(&mut bytes);
        let mut contexts = [Probability::EVEN; 3];
        for &symbol in symbols {
            code(&mut encoder, &mut contexts, symbol).unwrap();
        }
        encoder.finish();
        assert_eq!(bytes[..3], [255; 3], "what stood there before is kept");
        bytes.split_off(3)
    }

    /// What is read when the symbols are unknown.
    fn blank(symbol: Symbol) -> Symbol {
        match symbol {
            Symbol::Decision { context, .. } => Symbol::Decision {
                context,
                yes: false,
            },
            Symbol::Number { n, .. } => Symbol::Number { n, number: 0 },
        }
    }

    fn check_round_trip(symbols: &[Symbol]) {
        let bytes = encoded(symbols);
        let mut decoder = Decoder::new(&bytes);
        let mut contexts = [Probability::EVEN; 3];
        for &symbol in symbols {
            let read = code(&mut decoder, &mut contexts, blank(symbol));
            assert_eq!(read, Ok(symbol));
        }
        assert_eq!(decoder.finish(), Ok(()));
    }

    proptest! {
        #[test]
        fn symbols_are_read_as_they_were_written(symbols in vec(symbol(), 0..400)) {
            check_round_trip(&symbols);
        }
    }

    /// Numbers around 0x80 00 00 …: until the last one decides it, the bytes are 7f ff ff …
    #[test]
    fn carries_run_through_any_number_of_bytes() {
        let middle = [&[0x80][..], &[0; 100]].concat();
        let mut decoder = Decoder::new(&middle);
        let symbols: Vec<Symbol> = (0..200)
            .map(|_| {
                decoder
                    .number(3, 0)
                    .map(|number| Symbol::Number { n: 3, number })
            })
            .collect::<Result<_, _>>()
            .unwrap();
        let first_bytes = |last: Symbol| {
            let symbols = [&symbols[..], &[last]].concat();
            check_round_trip(&symbols);
            encoded(&symbols)[..30].to_vec()
        };
        let n = 4096;
        let below = first_bytes(Symbol::Number { n, number: 0 });
        let above = first_bytes(Symbol::Number { n, number: n - 1 });
        assert_eq!(below, [&[0x7f][..], &[0xff; 29]].concat());
        assert_eq!(above, [&[0x80][..], &[0; 29]].concat());
    }

    #[test]
    fn what_is_expected_costs_next_to_nothing() {
        let yes = Symbol::Decision {
            context: 0,
            yes: true,
        };
        let bytes = encoded(&vec![yes; 10_000]);
        assert!(bytes.len() < 16, "{} bytes", bytes.len());
    }

    #[test]
    fn no_probability_becomes_certain() {
        for yes in [false, true] {
            let mut probability = Probability::EVEN;
            for _ in 0..10_000 {
                probability.learn(yes);
            }
            let width = yes_width(NARROWEST, probability);
            assert!((1..NARROWEST).contains(&width), "{width}");
        }
    }
}
