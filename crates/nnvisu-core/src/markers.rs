//! The points of a data set, drawn over a map of a network.

use crate::{Dataset, Grid, Palette, Point, Rgb};

/// Width of the light ring around a point, and of the dark one around that, as shares of its
/// radius.
const LIGHT_RING: f32 = 0.3;
const DARK_RING: f32 = 0.15;

const LIGHT: Rgb = Rgb::from_hex(0xff_ffff);
const DARK: Rgb = Rgb::from_hex(0x40_4040);

/// Draws each point over `pixels` as a disc in the colour of its class, ringed so that it stands
/// out from any background; later points lie over earlier ones.
///
/// `pixels` are those of [`Rasterizer::rgb`](crate::Rasterizer::rgb): red, green, blue, row-major.
/// Discs grow with the image, and crowds of points shrink them.
///
/// # Panics
///
/// If `pixels` are not as many as `grid` has, times three.
pub fn draw_points(data: &Dataset, grid: Grid, palette: &Palette, pixels: &mut [u8]) {
    assert_eq!(
        pixels.len(),
        3 * grid.n_samples(),
        "three bytes per sample of the grid"
    );
    let radius = radius(grid, data.len());
    for &point in data.points() {
        draw_point(point, radius, grid, palette.color(point.label()), pixels);
    }
}

/// The radius of a point's coloured part in pixels.
fn radius(grid: Grid, n_points: usize) -> f32 {
    let roomy = (grid.width().min(grid.height()) as f32 / 120.0).max(1.5);
    match n_points {
        0..=1_000 => roomy,
        1_001..=4_000 => roomy * 0.75,
        _ => roomy * 0.6,
    }
}

fn draw_point(point: Point, radius: f32, grid: Grid, color: Rgb, pixels: &mut [u8]) {
    let column = (point.x() + 1.0) * (grid.width() - 1) as f32 / 2.0;
    let row = (1.0 - point.y()) * (grid.height() - 1) as f32 / 2.0;
    let light = radius * (1.0 + LIGHT_RING);
    let dark = light + radius * DARK_RING;
    let span = |center: f32, n: usize| {
        let first = (center - dark - 1.0).max(0.0) as usize;
        first..((center + dark + 2.0) as usize).min(n)
    };
    for y in span(row, grid.height()) {
        for x in span(column, grid.width()) {
            let distance = (x as f32 - column).hypot(y as f32 - row);
            let start = 3 * (y * grid.width() + x);
            let pixel = &mut pixels[start..start + 3];
            for (outer, color) in [(dark, DARK), (light, LIGHT), (radius, color)] {
                // The disc covers a pixel on its edge in part.
                let cover = (outer + 0.5 - distance).clamp(0.0, 1.0);
                for (channel, over) in pixel.iter_mut().zip([color.r, color.g, color.b]) {
                    let under = f32::from(*channel);
                    *channel = (under + (f32::from(over) - under) * cover).round() as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Label;

    fn drawn(points: &[(f32, f32, u8)], grid: Grid) -> Vec<u8> {
        let point =
            |&(x, y, class): &(f32, f32, u8)| Point::new(x, y, Label::new(class).unwrap()).unwrap();
        let data: Dataset = points.iter().map(point).collect();
        let mut pixels = vec![7; 3 * grid.n_samples()];
        draw_points(&data, grid, &Palette::CLASSIC, &mut pixels);
        pixels
    }

    fn pixel(pixels: &[u8], grid: Grid, column: usize, row: usize) -> [u8; 3] {
        let start = 3 * (row * grid.width() + column);
        [pixels[start], pixels[start + 1], pixels[start + 2]]
    }

    #[test]
    fn points_lie_where_the_map_has_them() {
        let grid = Grid::new(201, 101).unwrap();
        let pixels = drawn(&[(0.0, 0.0, 0), (0.5, 0.5, 2)], grid);
        assert_eq!(pixel(&pixels, grid, 100, 50), [0x34, 0x98, 0xdb]);
        assert_eq!(pixel(&pixels, grid, 150, 25), [0xe7, 0x4c, 0x3c]);
        assert_eq!(pixel(&pixels, grid, 50, 75), [7, 7, 7]);
    }

    #[test]
    fn points_of_the_rim_are_cut_off() {
        let grid = Grid::new(40, 40).unwrap();
        let corners = [
            (-1.0, -1.0, 1),
            (1.0, 1.0, 1),
            (-1.0, 1.0, 1),
            (1.0, -1.0, 1),
        ];
        let pixels = drawn(&corners, grid);
        for (column, row) in [(0, 0), (39, 0), (0, 39), (39, 39)] {
            assert_eq!(pixel(&pixels, grid, column, row), [0xe6, 0x7e, 0x22]);
        }
        assert_eq!(pixel(&pixels, grid, 20, 20), [7, 7, 7]);
    }

    #[test]
    fn a_ring_of_light_surrounds_a_point() {
        let grid = Grid::new(1201, 1201).unwrap();
        let pixels = drawn(&[(0.0, 0.0, 3)], grid);
        let ring = 600 + (10.0 * (1.0 + LIGHT_RING / 2.0)) as usize;
        assert_eq!(pixel(&pixels, grid, ring, 600), [255; 3]);
        assert_eq!(pixel(&pixels, grid, 600, ring), [255; 3]);
    }

    #[test]
    fn later_points_lie_on_top_and_no_points_change_nothing() {
        let grid = Grid::new(50, 50).unwrap();
        let pixels = drawn(&[(0.02, 0.02, 0), (0.02, 0.02, 1)], grid);
        assert_eq!(pixel(&pixels, grid, 25, 24), [0xe6, 0x7e, 0x22]);
        assert!(drawn(&[], grid).iter().all(|&byte| byte == 7));
    }
}
