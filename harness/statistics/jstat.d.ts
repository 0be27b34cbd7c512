/** The part of jstat 1.9.6 this project uses; the package ships no types. */
declare module 'jstat' {
  const library: {
    readonly jStat: {
      readonly studentt: {
        cdf(x: number, df: number): number
        inv(p: number, df: number): number
        pdf(x: number, df: number): number
      }
    }
  }
  export default library
}
