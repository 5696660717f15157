package org.tina.model;

/**
 * float32 to and from the two 16-bit types of model files, on bit patterns. Narrowing rounds to the
 * nearest value, ties to even, as torch does; what is too large becomes infinite.
 */
final class HalfPrecision {

    private HalfPrecision() {}

    /** bfloat16 is the upper half of a float32. */
    static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40); // stays a NaN when its set bits are all cut off
        }
        int tieToEven = bits >>> 16 & 1;
        return (short) (bits + 0x7FFF + tieToEven >>> 16);
    }

    /** float16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
    static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0x1F) { // infinite or NaN
            return Float.intBitsToFloat(sign | 0x7F800000 | fraction << 13);
        }
        if (exponent == 0) { // zero or subnormal: a multiple of 2^-24
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | fraction << 13);
    }

    static short toFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7FFFFFFF;
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7E00 | magnitude >>> 13 & 0x3FF);
        }
        if (magnitude < 113 << 23) { // below 2^-14: subnormal, a multiple of 2^-24
            return (short) (sign | (int) Math.rint((double) Math.abs(value) * 0x1p24));
        }
        int tieToEven = magnitude >>> 13 & 1;
        int rounded = magnitude - (112 << 23) + 0xFFF + tieToEven >>> 13;
        return (short) (sign | Math.min(rounded, 0x7C00));
    }
}
