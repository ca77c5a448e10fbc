//! A fully connected layer for a block of samples: forward, and the gradient back through it.
//!
//! Both are the product of a matrix of columns with a small coefficient matrix. It is computed in
//! tiles of V registers of rows × O columns, all of whose sums stay in registers: per step of
//! the inner loop V loads and O broadcasts feed V·O multiply-adds. What follows the product, the
//! activation function or its derivative, is done before the sums leave the registers, or at the
//! latest while the rows are in the first-level cache.

use super::activation::{Nonlinearity, with_nonlinearity};
use super::columns::{Vectors, n_vectors};
use super::{Columns, Kernel, Rows};
use crate::Activation;
use pulp::Simd;
use std::marker::PhantomData;

/// The coefficients of a product.
trait Coefficients<'a>: Copy {
    /// Where those of the columns `first..first + O` are to be found, one slice for each.
    fn of_columns<const O: usize>(self, first: usize) -> [&'a [f32]; O];

    /// From there, those for the `k`-th column of the left matrix.
    fn at<const O: usize>(self, columns: &[&[f32]; O], k: usize) -> [f32; O];
}

/// `W` as stored (out × in, column-major), for the forward pass.
#[derive(Clone, Copy)]
struct Forward<'a> {
    weights: &'a [f32],
    n_out: usize,
}

impl<'a> Coefficients<'a> for Forward<'a> {
    #[inline(always)]
    fn of_columns<const O: usize>(self, first: usize) -> [&'a [f32]; O] {
        [&self.weights[first..]; O]
    }

    #[inline(always)]
    fn at<const O: usize>(self, columns: &[&[f32]; O], k: usize) -> [f32; O] {
        let neighbours = &columns[0][k * self.n_out..][..O];
        std::array::from_fn(|o| neighbours[o])
    }
}

/// The transpose of `W`, for the backward pass.
#[derive(Clone, Copy)]
struct Backward<'a> {
    weights: &'a [f32],
    n_out: usize,
}

impl<'a> Coefficients<'a> for Backward<'a> {
    #[inline(always)]
    fn of_columns<const O: usize>(self, first: usize) -> [&'a [f32]; O] {
        std::array::from_fn(|o| &self.weights[(first + o) * self.n_out..][..self.n_out])
    }

    #[inline(always)]
    fn at<const O: usize>(self, columns: &[&[f32]; O], k: usize) -> [f32; O] {
        std::array::from_fn(|o| columns[o][k])
    }
}

/// What is done with the product.
trait Finish<S: Simd> {
    /// The sums of `column` for the V registers of rows from `v` on become what this returns.
    #[inline(always)]
    fn sums<const V: usize>(&self, _: S, _: usize, _: usize, sums: [S::f32s; V]) -> [S::f32s; V] {
        sums
    }

    /// All columns of the V registers of rows from `v` on have been written.
    #[inline(always)]
    fn rows<const V: usize>(&mut self, _: S, _: usize, _: &mut Vectors<&mut [S::f32s]>) {}
}

/// The product itself.
struct Linear;

impl<S: Simd> Finish<S> for Linear {}

/// `N` of the sums, in registers: for functions that need few of them.
struct InRegisters<N>(PhantomData<N>);

impl<S: Simd, N: Nonlinearity> Finish<S> for InRegisters<N> {
    #[inline(always)]
    fn sums<const V: usize>(
        &self,
        simd: S,
        _: usize,
        _: usize,
        sums: [S::f32s; V],
    ) -> [S::f32s; V] {
        let mut values = sums;
        for value in &mut values {
            *value = N::value(simd, *value);
        }
        values
    }
}

/// A function of the finished rows, for functions that need many registers; its derivatives too, where
/// there is a buffer for them.
struct InRows<'a, S: Simd> {
    activation: Activation,
    n_columns: usize,
    derivatives: Option<Vectors<&'a mut [S::f32s]>>,
}

impl<S: Simd> Finish<S> for InRows<'_, S> {
    #[inline(always)]
    fn rows<const V: usize>(&mut self, simd: S, v: usize, out: &mut Vectors<&mut [S::f32s]>) {
        with_nonlinearity!(self.activation, N => self.apply::<N, V>(simd, v, out));
    }
}

impl<S: Simd> InRows<'_, S> {
    #[inline(always)]
    fn apply<N: Nonlinearity, const V: usize>(
        &mut self,
        simd: S,
        v: usize,
        out: &mut Vectors<&mut [S::f32s]>,
    ) {
        for column in 0..self.n_columns {
            let values = &mut out.vectors[column * out.stride + v..][..V];
            match &mut self.derivatives {
                None => {
                    for z in values {
                        *z = N::value(simd, *z);
                    }
                }
                Some(derivatives) => {
                    let derivatives =
                        &mut derivatives.vectors[column * derivatives.stride + v..][..V];
                    for (z, derivative) in values.iter_mut().zip(derivatives) {
                        (*z, *derivative) = N::value_and_derivative(simd, *z);
                    }
                }
            }
        }
    }
}

/// The sums times the derivative of `N`, which follows from its values.
struct TimesDerivativeOf<'a, S: Simd, N>(Vectors<&'a [S::f32s]>, PhantomData<N>);

impl<S: Simd, N: Nonlinearity> Finish<S> for TimesDerivativeOf<'_, S, N> {
    #[inline(always)]
    fn sums<const V: usize>(
        &self,
        simd: S,
        column: usize,
        v: usize,
        sums: [S::f32s; V],
    ) -> [S::f32s; V] {
        let values = &self.0.vectors[column * self.0.stride + v..][..V];
        let mut products = sums;
        for (product, &value) in products.iter_mut().zip(values) {
            *product = simd.mul_f32s(*product, N::derivative(simd, value));
        }
        products
    }
}

/// The sums times stored derivatives.
struct TimesStored<'a, S: Simd>(Vectors<&'a [S::f32s]>);

impl<S: Simd> Finish<S> for TimesStored<'_, S> {
    #[inline(always)]
    fn sums<const V: usize>(
        &self,
        simd: S,
        column: usize,
        v: usize,
        sums: [S::f32s; V],
    ) -> [S::f32s; V] {
        let derivatives = &self.0.vectors[column * self.0.stride + v..][..V];
        let mut products = sums;
        for (product, &derivative) in products.iter_mut().zip(derivatives) {
            *product = simd.mul_f32s(*product, derivative);
        }
        products
    }
}

/// `out[:, o] = f(bias[o] + Σ_i weights[o, i] · input[:, i])` for all samples.
///
/// `parameters` is out × (in + 1), column-major, the last column being the biases.
pub(crate) struct DenseForward<'a> {
    pub(crate) parameters: &'a [f32],
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) n_rows: usize,
    pub(crate) input: Rows<'a>,
    pub(crate) out: &'a mut Columns,
    /// `f`, or nothing after the last layer.
    pub(crate) activation: Option<Activation>,
    /// Gets `f'` of the same, for training where the value alone does not give the derivative.
    pub(crate) derivatives: Option<&'a mut Columns>,
}

impl Kernel for DenseForward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (weights, biases) = self.parameters.split_at(self.n_in * self.n_out);
        let product = Product {
            coefficients: Forward {
                weights,
                n_out: self.n_out,
            },
            n_terms: self.n_in,
            n_columns: self.n_out,
            bias: Some(biases),
            n_vectors: n_vectors::<S>(self.n_rows),
            left: self.input.vectors::<S>(),
        };
        let out = self.out.vectors_mut::<S>();
        let Some(activation) = self.activation else {
            return product.run(simd, out, Linear);
        };
        let in_rows = InRows {
            activation,
            n_columns: self.n_out,
            derivatives: self.derivatives.map(|columns| columns.vectors_mut::<S>()),
        };
        with_nonlinearity!(activation, N => {
            if N::IN_REGISTERS && in_rows.derivatives.is_none() {
                product.run(simd, out, InRegisters(PhantomData::<N>));
            } else {
                product.run(simd, out, in_rows);
            }
        });
    }
}

/// Where [`DenseBackward`] finds the derivatives of the activation function.
pub(crate) enum Derivatives<'a> {
    /// In the activation's own values; not for GELU.
    FromValues(Activation, &'a Columns),
    /// As [`DenseForward`] wrote them.
    Stored(&'a Columns),
}

/// `out[:, i] = f'(z[:, i]) · Σ_o weights[o, i] · delta[:, o]`: the gradient with respect to what
/// the layer below has put into its activation function.
///
/// This differentiates [`DenseForward`]; `parameters` is laid out as there.
pub(crate) struct DenseBackward<'a> {
    pub(crate) parameters: &'a [f32],
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) n_rows: usize,
    pub(crate) delta: &'a Columns,
    pub(crate) derivatives: Derivatives<'a>,
    pub(crate) out: &'a mut Columns,
}

impl Kernel for DenseBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let product = Product {
            coefficients: Backward {
                weights: &self.parameters[..self.n_in * self.n_out],
                n_out: self.n_out,
            },
            n_terms: self.n_out,
            n_columns: self.n_in,
            bias: None,
            n_vectors: n_vectors::<S>(self.n_rows),
            left: self.delta.vectors::<S>(),
        };
        let out = self.out.vectors_mut::<S>();
        match self.derivatives {
            Derivatives::Stored(derivatives) => {
                product.run(simd, out, TimesStored(derivatives.vectors::<S>()));
            }
            Derivatives::FromValues(activation, values) => {
                let values = values.vectors::<S>();
                with_nonlinearity!(activation, N => {
                    product.run(simd, out, TimesDerivativeOf(values, PhantomData::<N>));
                });
            }
        }
    }
}

/// The product both directions share.
#[derive(Clone, Copy)]
struct Product<'a, S: Simd, C> {
    coefficients: C,
    n_terms: usize,
    n_columns: usize,
    bias: Option<&'a [f32]>,
    n_vectors: usize,
    left: Vectors<&'a [S::f32s]>,
}

impl<'a, S: Simd, C: Coefficients<'a>> Product<'a, S, C> {
    #[inline(always)]
    fn run(self, simd: S, mut out: Vectors<&mut [S::f32s]>, mut finish: impl Finish<S>) {
        let out = &mut out;
        let mut v = 0;
        // Six columns of four registers are 24 sums; with 16 registers two rows must do.
        if S::REGISTER_COUNT >= 32 {
            while v + 4 <= self.n_vectors {
                self.rows::<4>(simd, v, out, &mut finish);
                v += 4;
            }
        }
        while v + 2 <= self.n_vectors {
            self.rows::<2>(simd, v, out, &mut finish);
            v += 2;
        }
        if v < self.n_vectors {
            self.rows::<1>(simd, v, out, &mut finish);
        }
    }

    /// All columns of the V registers of rows from `v` on.
    #[inline(always)]
    fn rows<const V: usize>(
        self,
        simd: S,
        v: usize,
        out: &mut Vectors<&mut [S::f32s]>,
        finish: &mut impl Finish<S>,
    ) {
        let mut column = 0;
        let mut left_over = self.n_columns;
        // Eight are better cut in two halves than into six and two: two columns alone are too few
        // sums to have a multiply-add ready at any time.
        while left_over >= 6 && left_over != 8 {
            self.tile::<V, 6>(simd, v, column, out, finish);
            column += 6;
            left_over -= 6;
        }
        while left_over >= 4 {
            self.tile::<V, 4>(simd, v, column, out, finish);
            column += 4;
            left_over -= 4;
        }
        if left_over >= 2 {
            self.tile::<V, 2>(simd, v, column, out, finish);
            column += 2;
            left_over -= 2;
        }
        if left_over == 1 {
            self.tile::<V, 1>(simd, v, column, out, finish);
        }
        finish.rows::<V>(simd, v, out);
    }

    #[inline(always)]
    fn tile<const V: usize, const O: usize>(
        self,
        simd: S,
        v: usize,
        column: usize,
        out: &mut Vectors<&mut [S::f32s]>,
        finish: &impl Finish<S>,
    ) {
        let mut sums = [[simd.splat_f32s(0.0); V]; O];
        if let Some(bias) = self.bias {
            let bias = &bias[column..][..O];
            for o in 0..O {
                sums[o] = [simd.splat_f32s(bias[o]); V];
            }
        }
        let coefficients = self.coefficients.of_columns::<O>(column);
        for k in 0..self.n_terms {
            let inputs = &self.left.vectors[k * self.left.stride + v..][..V];
            let coefficients = self.coefficients.at::<O>(&coefficients, k);
            for o in 0..O {
                let coefficient = simd.splat_f32s(coefficients[o]);
                for j in 0..V {
                    sums[o][j] = simd.mul_add_e_f32s(inputs[j], coefficient, sums[o][j]);
                }
            }
        }
        for (o, sums) in sums.iter().enumerate() {
            let finished = finish.sums(simd, column + o, v, *sums);
            out.vectors[(column + o) * out.stride + v..][..V].copy_from_slice(&finished);
        }
    }
}
