//! A fully connected layer for a block of samples: forward, and the gradient back through it.
//!
//! Both are the product of a matrix of columns with a small coefficient matrix. It is computed in
//! tiles of V registers of rows × O columns, all of whose sums stay in registers: per step of
//! the inner loop V loads and O broadcasts feed V·O multiply-adds.

use super::columns::{Vectors, n_vectors};
use super::{Columns, Kernel};
use pulp::Simd;

/// The coefficients of a product: `at(k, first)` are those of columns `first..first + O` for the
/// `k`-th column of the left matrix.
trait Coefficients: Copy {
    fn at<const O: usize>(self, k: usize, first: usize) -> [f32; O];
}

/// `W` as stored (out × in, column-major), for the way forward.
#[derive(Clone, Copy)]
struct Forward<'a> {
    weights: &'a [f32],
    n_out: usize,
}

impl Coefficients for Forward<'_> {
    #[inline(always)]
    fn at<const O: usize>(self, k: usize, first: usize) -> [f32; O] {
        let coefficients = &self.weights[k * self.n_out + first..][..O];
        std::array::from_fn(|o| coefficients[o])
    }
}

/// The transpose of `W`, for the way back.
#[derive(Clone, Copy)]
struct Backward<'a> {
    weights: &'a [f32],
    n_out: usize,
}

impl Coefficients for Backward<'_> {
    #[inline(always)]
    fn at<const O: usize>(self, k: usize, first: usize) -> [f32; O] {
        let rows = &self.weights[first * self.n_out..(first + O) * self.n_out];
        std::array::from_fn(|o| rows[o * self.n_out + k])
    }
}

/// `out[:, o] = bias[o] + Σ_i weights[o, i] · input[:, i]` for all samples.
///
/// `parameters` is out × (in + 1), column-major, the last column being the biases.
pub(crate) struct DenseForward<'a> {
    pub(crate) parameters: &'a [f32],
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) n_rows: usize,
    pub(crate) input: &'a Columns,
    pub(crate) out: &'a mut Columns,
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
        };
        let n = n_vectors::<S>(self.n_rows);
        product.run(
            simd,
            n,
            self.input.vectors::<S>(),
            &mut self.out.vectors_mut::<S>(),
        );
    }
}

/// `out[:, i] = Σ_o weights[o, i] · delta[:, o]`: the gradient with respect to the layer's input.
///
/// This differentiates [`DenseForward`]; `parameters` is laid out as there.
pub(crate) struct DenseBackward<'a> {
    pub(crate) parameters: &'a [f32],
    pub(crate) n_in: usize,
    pub(crate) n_out: usize,
    pub(crate) n_rows: usize,
    pub(crate) delta: &'a Columns,
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
        };
        let n = n_vectors::<S>(self.n_rows);
        product.run(
            simd,
            n,
            self.delta.vectors::<S>(),
            &mut self.out.vectors_mut::<S>(),
        );
    }
}

/// The product both directions share.
#[derive(Clone, Copy)]
struct Product<'a, C> {
    coefficients: C,
    n_terms: usize,
    n_columns: usize,
    bias: Option<&'a [f32]>,
}

impl<C: Coefficients> Product<'_, C> {
    #[inline(always)]
    fn run<S: Simd>(
        self,
        simd: S,
        n_vectors: usize,
        left: Vectors<&[S::f32s]>,
        out: &mut Vectors<&mut [S::f32s]>,
    ) {
        let mut v = 0;
        // Six columns of four registers are 24 sums; with 16 registers two rows must do.
        if S::REGISTER_COUNT >= 32 {
            while v + 4 <= n_vectors {
                self.rows::<S, 4>(simd, v, left, out);
                v += 4;
            }
        }
        while v + 2 <= n_vectors {
            self.rows::<S, 2>(simd, v, left, out);
            v += 2;
        }
        if v < n_vectors {
            self.rows::<S, 1>(simd, v, left, out);
        }
    }

    /// All columns of the V registers of rows from `v` on.
    #[inline(always)]
    fn rows<S: Simd, const V: usize>(
        self,
        simd: S,
        v: usize,
        left: Vectors<&[S::f32s]>,
        out: &mut Vectors<&mut [S::f32s]>,
    ) {
        let mut column = 0;
        let mut left_over = self.n_columns;
        while left_over >= 6 {
            self.tile::<S, V, 6>(simd, v, column, left, out);
            column += 6;
            left_over -= 6;
        }
        if left_over >= 4 {
            self.tile::<S, V, 4>(simd, v, column, left, out);
            column += 4;
            left_over -= 4;
        }
        if left_over >= 2 {
            self.tile::<S, V, 2>(simd, v, column, left, out);
            column += 2;
            left_over -= 2;
        }
        if left_over == 1 {
            self.tile::<S, V, 1>(simd, v, column, left, out);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const V: usize, const O: usize>(
        self,
        simd: S,
        v: usize,
        column: usize,
        left: Vectors<&[S::f32s]>,
        out: &mut Vectors<&mut [S::f32s]>,
    ) {
        let mut sums = [[simd.splat_f32s(0.0); V]; O];
        if let Some(bias) = self.bias {
            let bias = &bias[column..][..O];
            for o in 0..O {
                sums[o] = [simd.splat_f32s(bias[o]); V];
            }
        }
        for k in 0..self.n_terms {
            let inputs = &left.vectors[k * left.stride + v..][..V];
            let coefficients = self.coefficients.at::<O>(k, column);
            for o in 0..O {
                let coefficient = simd.splat_f32s(coefficients[o]);
                for j in 0..V {
                    sums[o][j] = simd.mul_add_e_f32s(inputs[j], coefficient, sums[o][j]);
                }
            }
        }
        for (o, sums) in sums.iter().enumerate() {
            out.vectors[(column + o) * out.stride + v..][..V].copy_from_slice(sums);
        }
    }
}
