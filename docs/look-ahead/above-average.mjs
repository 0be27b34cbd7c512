/** Holds ten shares of the first asset while its close is above the average of the last 20. */
export default async (data) => {
  const { close } = (await data.table()).ticks
  const averages = close.map((_, i) => mean(close.subarray(Math.max(0, i - 19), i + 1)))
  return {
    handleData(context) {
      const { assets, session } = context
      context.orderTarget(assets[0], close[session] > averages[session] ? 10 : 0)
    },
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
