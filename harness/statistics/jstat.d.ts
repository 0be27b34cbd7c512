/** The part of jstat 1.9.6 this project uses; the package ships no types. */
declare module 'jstat' {
  const library: {
    readonly jStat: {
      /** Regularised incomplete beta function I(x; a, b). */
      ibeta(x: number, a: number, b: number): number
      readonly studentt: {
        cdf(x: number, df: number): number
        inv(p: number, df: number): number
        pdf(x: number, df: number): number
      }
    }
  }
  export default library
}
